/// What an evaluation found query by query and person by person: what comparisons between models are made of.
public struct EvaluationDetails: Sendable {
    /// The person of each query.
    public let queryPersons: [Int]

    /// What each query found, by the column feature and by FC0's output.
    public let columns: [RetrievalMetrics.QueryResult], identity: [RetrievalMetrics.QueryResult]

    /// The known people of the gallery, ascending: those whose pictures attributes are scored on.
    public let identities: [Int]

    /// The attributes' names.
    public let attributes: [String]

    /// Of each person and attribute: pictures read rightly by the beam, and pictures of which the attribute is known.
    public let right: [[Int]], known: [[Int]]
}

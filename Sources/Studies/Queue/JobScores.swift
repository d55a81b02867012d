internal import Evaluation
internal import Foundation

/// What a training reached, query by query and person by person: a file beside its checkpoints.
public struct JobScores: Codable, Equatable, Sendable {
    /// One feature's queries: whether the nearest is right, and the average precision.
    public struct Retrieval: Codable, Equatable, Sendable {
        /// 1 where the nearest gallery picture shows the person, else 0.
        public let rank1: [Int]

        /// Average precision by trapezoids.
        public let precision: [Double]

        init(_ results: [RetrievalMetrics.QueryResult]) {
            rank1 = results.map { $0.firstGood == 0 ? 1 : 0 }
            precision = results.map(\.trapezoidPrecision)
        }
    }

    /// The person of each query that has a good picture in the gallery.
    public let queryPersons: [Int]

    /// By the column feature, and by FC0's output.
    public let columns: Retrieval, identity: Retrieval

    /// Whether FC0's figures lead.
    public let isLedByIdentity: Bool

    /// The people whose attributes are scored, the attributes, and of each person and attribute the pictures read rightly
    /// and the pictures of which it is known.
    public let identities: [Int], attributes: [String], right: [[Int]], known: [[Int]]

    /// The last identity loss.
    public let identityLoss: Double

    /// The figures that lead.
    public var leading: Retrieval { isLedByIdentity ? identity : columns }

    /// The scores of an evaluation.
    init(_ details: EvaluationDetails, isLedByIdentity: Bool, identityLoss: Double) {
        let answerable = details.columns.indices.filter { details.columns[$0].goodCount > 0 }
        queryPersons = answerable.map { details.queryPersons[$0] }
        columns = Retrieval(answerable.map { details.columns[$0] })
        identity = Retrieval(answerable.map { details.identity[$0] })
        (identities, attributes) = (details.identities, details.attributes)
        (right, known) = (details.right, details.known)
        (self.isLedByIdentity, self.identityLoss) = (isLedByIdentity, identityLoss)
    }

    /// The scores in a file.
    init(_ path: String) throws(StudyError) {
        guard let data = FileManager.default.contents(atPath: path),
            let scores = try? JSONDecoder().decode(JobScores.self, from: data)
        else {
            throw StudyError("\(path): missing or damaged; remove its folder's state.json, and it is evaluated again")
        }
        self = scores
    }
}

internal import PersonData

/// What was published of a data set, to stand beside ours where the data are the same.
///
/// Source: Liu et al. 2018 (JCM, arXiv 1811.08115), tables of attribute recognition and of re-identification, which also
/// name the best earlier method. Only what is known of them stands here.
public struct PublishedFigures: Equatable, Sendable {
    /// The data set.
    public let dataSet: String

    /// The paper's mean accuracy of attributes, by our protocol of that name.
    public let mean: Double

    /// The paper's mean over the usual eight of PETA's attributes.
    public let usualMean: Double?

    /// The best earlier mean.
    public let earlierMean: Double?

    /// The paper's rank-1 after re-ranking.
    public let rerankedRank1: Double?

    private static let market = PublishedFigures(
        dataSet: "Market-1501", mean: 0.897, usualMean: nil, earlierMean: 0.885, rerankedRank1: 0.931)
    private static let duke = PublishedFigures(
        dataSet: "DukeMTMC-reID", mean: 0.890, usualMean: nil, earlierMean: 0.883, rerankedRank1: nil)

    /// Over the twelve groups of the eight subsets, one of many random halves.
    private static let peta = PublishedFigures(
        dataSet: "PETA", mean: 0.907, usualMean: 0.913, earlierMean: nil, rerankedRank1: nil)

    /// The figures of prepared data with so many gallery pictures of known people, by what they were prepared from; nil
    /// where these are no published data set, whole and with all of its attributes.
    ///
    /// Small twins are laid out as Market-1501: the number of pictures tells them apart.
    static func of(source: String, table: AttributeTable, pictures: Int) -> PublishedFigures? {
        func matches(_ name: String, _ whole: AttributeTable) -> Bool {
            source.hasPrefix(name) && Set(table.attributes) == Set(whole.attributes)
        }
        if matches("Market-1501 in ", .market1501), pictures == 13_115 { return market }
        if matches("DukeMTMC-reID in ", .dukeMTMC), pictures == 17_661 { return duke }
        let subsets = PETASubset.paper.map(\.rawValue).joined(separator: " ")
        if matches("PETA (\(subsets)) in ", .peta), pictures > 5_000 { return peta }
        return nil
    }

    /// For the JSON.
    var object: [String: Any] {
        var object: [String: Any] = ["dataSet": dataSet, "mean": mean]
        object["usualMean"] = usualMean
        object["earlierMean"] = earlierMean
        object["rerankedRank1"] = rerankedRank1
        return object
    }
}

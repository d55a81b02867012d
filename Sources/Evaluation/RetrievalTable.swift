/// Re-identification figures as lines to read.
enum RetrievalTable {
    private static func line(_ name: String, _ values: [String]) -> String {
        TableCells.line(name, 30, values.map { (text: $0, width: 9) })
    }

    /// What is searched in what, and the columns' titles.
    static func header(_ summary: RetrievalSummary, gallery: Int) -> [String] {
        let skipped = summary.unanswerable > 0 ? " (\(summary.unanswerable) more have no right answer)" : ""
        return [
            "Re-identification: \(summary.queries) queries\(skipped), \(gallery) gallery pictures",
            line("", ["rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mAP hits", "mINP"]),
        ]
    }

    /// One feature's figures.
    static func row(_ name: String, _ s: RetrievalSummary) -> String {
        line(
            name,
            [
                s.rank1, s.rank5, s.rank10, s.rank20, s.meanAveragePrecision, s.meanHitPrecision,
                s.meanInversePenalty,
            ].map { TableCells.percent($0) })
    }

    /// A published rank-1.
    static func row(_ name: String, rank1: Double) -> String { line(name, [TableCells.percent(rank1)]) }

    /// A random order's.
    static func chance(_ chance: (rank1: Double, meanAveragePrecision: Double)) -> String {
        line(
            "chance",
            [
                TableCells.percent(chance.rank1), "", "", "", "", TableCells.percent(chance.meanAveragePrecision), "",
            ])
    }

    /// What both columns of mAP are.
    static let note = "mAP: trapezoids, as Market-1501's own evaluation; mAP hits: mean of the precisions at the hits"

    /// How it was re-ranked.
    static func note(_ p: RerankingParameters) -> String {
        "re-ranked: k-reciprocal (Zhong 2017), k1 \(p.k1), k2 \(p.k2), lambda \(p.lambda)"
    }
}

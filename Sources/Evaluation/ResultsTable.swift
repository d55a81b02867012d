internal import Foundation

extension EvaluationResults {
    /// The figures as tables to read.
    public var table: String { (attributeLines + [""] + retrievalLines).joined(separator: "\n") }

    private var attributeLines: [String] {
        let width = max(14, (attributes.rows.map(\.name.count).max() ?? 0) + 2)
        func line(_ name: String, _ values: [String]) -> String {
            name.padding(toLength: width, withPad: " ", startingAt: 0)
                + values.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
        }
        var lines = [
            "Attributes: accuracy in % on \(attributes.pictures) gallery pictures of people never seen in training",
            line("", ["beam", "CTC", "majority"]),
        ]
        for row in attributes.rows {
            let mark = row.isNotLearned ? "   not learned" : row.isConstant ? "   the same for all" : ""
            lines.append(line(row.name, [percent(row.beam), percent(row.ctc), percent(row.majority)]) + mark)
        }
        lines.append(
            line("mean", [percent(attributes.mean), percent(attributes.ctcMean), percent(attributes.majority)]))
        let missed = attributes.rows.filter(\.isNotLearned).map(\.name)
        lines.append(
            missed.isEmpty
                ? "every attribute that varies is more than a point above its majority"
                : "not learned (no more than a point above the majority): \(missed.joined(separator: ", "))")
        return lines
    }

    private var retrievalLines: [String] {
        func line(_ name: String, _ values: [String]) -> String {
            name.padding(toLength: 30, withPad: " ", startingAt: 0)
                + values.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined()
        }
        func row(_ name: String, _ s: RetrievalSummary) -> String {
            line(
                name,
                [
                    s.rank1, s.rank5, s.rank10, s.rank20, s.meanAveragePrecision, s.meanHitPrecision,
                    s.meanInversePenalty,
                ].map { percent($0) })
        }
        let skipped = columns.unanswerable > 0 ? " (\(columns.unanswerable) more have no right answer)" : ""
        return [
            "Re-identification: \(columns.queries) queries\(skipped), \(galleryPictures) gallery pictures",
            line("", ["rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mAP hits", "mINP"]),
            row("JCM (D, \(facts["columnWidth"] ?? "T·C")), columns" + (isLedByIdentity ? "" : " *"), columns),
            row("JCM (D, \(facts["identityWidth"] ?? "FC0")), FC0" + (isLedByIdentity ? " *" : ""), identity),
            row("raw pixels 16×8", pixels),
            line("chance", [percent(chance.rank1), "", "", "", "", percent(chance.meanAveragePrecision), ""]),
            "* leads results.json (evaluation.feature)",
            "mAP: trapezoids, as Market-1501's own evaluation; mAP hits: mean of the precisions at the hits",
        ]
    }

    private func percent(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "unknown" }
}

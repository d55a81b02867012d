internal import Foundation

extension EvaluationResults {
    /// The figures as tables to read.
    public var table: String { (attributeLines + [""] + protocolLines + [""] + retrievalLines).joined(separator: "\n") }

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

    private var protocolLines: [String] {
        ProtocolTable.lines([("beam", attributes.beamProtocols), ("CTC", attributes.ctcProtocols)])
    }

    private var retrievalLines: [String] {
        let columnName = "JCM (D, \(facts["columnWidth"] ?? "T·C")), columns"
        let identityName = "JCM (D, \(facts["identityWidth"] ?? "FC0")), FC0"
        var lines = RetrievalTable.header(columns, gallery: galleryPictures)
        lines.append(RetrievalTable.row(columnName + (isLedByIdentity ? "" : " *"), columns))
        lines.append(RetrievalTable.row(identityName + (isLedByIdentity ? " *" : ""), identity))
        if let reranked {
            lines.append(RetrievalTable.row("  re-ranked: columns", reranked.columns))
            lines.append(RetrievalTable.row("  re-ranked: FC0", reranked.identity))
        }
        lines.append(RetrievalTable.row("raw pixels 16×8", pixels))
        lines.append(RetrievalTable.chance(chance))
        lines.append("* leads results.json (evaluation.feature)")
        lines.append(RetrievalTable.note)
        if let reranked { lines.append(RetrievalTable.note(reranked.parameters)) }
        return lines
    }

    private func percent(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "unknown" }
}

internal import Foundation

extension EvaluationResults {
    /// The figures as tables to read.
    public var table: String { (attributeLines + [""] + protocolLines + [""] + retrievalLines).joined(separator: "\n") }

    private var attributeLines: [String] {
        let width = max(18, (attributes.rows.map(\.name.count).max() ?? 0) + 2)
        func line(_ name: String, _ values: [String]) -> String {
            let widths = [20, 8, 8, 10]
            let cells = zip(values, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }
            return ([name.padding(toLength: width, withPad: " ", startingAt: 0)] + cells).joined()
        }
        var lines = [
            "Attributes: accuracy in % on \(attributes.pictures) gallery pictures of people never seen in training",
            line("", ["beam [95 %]", "CTC", "steps", "majority"]),
        ]
        for row in attributes.rows {
            let mark = row.isNotLearned ? "   not learned" : row.isConstant ? "   the same for all" : ""
            lines.append(
                line(
                    row.name,
                    [interval(row.beam), percent(row.ctc?.value), percent(row.steps?.value), percent(row.majority)])
                    + mark)
        }
        let beam = attributes.beamProtocols
        let mean = AttributeInterval(
            value: attributes.mean, low: beam.low.attributeAccuracy, high: beam.high.attributeAccuracy)
        lines.append(
            line(
                "mean",
                [
                    interval(mean), percent(attributes.ctcMean), percent(attributes.stepsMean),
                    percent(attributes.majority),
                ]))
        if let published {
            // under the mean, before its interval
            func cut(_ line: String) -> String {
                String(line.dropLast(interval(mean).count - percent(mean.value).count))
            }
            for (name, value) in [("  JCM's paper", published.mean), ("  best before it", published.earlierMean)] {
                guard let value else { continue }
                let blank = interval(mean).dropFirst(percent(mean.value).count).map { _ in " " }.joined()
                lines.append(cut(line(name, [percent(value) + blank])))
            }
        }
        lines.append("beam: attention model; CTC: best path; steps: the beam's step probabilities, as a classifier's")
        lines.append("a missing colour counts as wrong, as in Market-1501's own evaluation; mean: of the attributes")
        let missed = attributes.rows.filter(\.isNotLearned).map(\.name)
        lines.append(
            missed.isEmpty
                ? "every attribute that varies is more than a point above its majority"
                : "not learned (no more than a point above the majority): \(missed.joined(separator: ", "))")
        return lines
    }

    private var protocolLines: [String] {
        ProtocolTable.lines([
            ("beam", attributes.beamProtocols), ("CTC", attributes.ctcProtocols), ("steps", attributes.stepsProtocols),
        ])
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
        if let rank1 = published?.rerankedRank1 {
            lines.append(RetrievalTable.row("  re-ranked: JCM's paper", rank1: rank1))
        }
        lines.append(RetrievalTable.row("raw pixels 16×8", pixels))
        lines.append(RetrievalTable.chance(chance))
        lines.append("* leads results.json (evaluation.feature)")
        lines.append(RetrievalTable.note)
        if let reranked { lines.append(RetrievalTable.note(reranked.parameters)) }
        return lines
    }

    private func percent(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "unknown" }

    private func interval(_ value: AttributeInterval?) -> String {
        value.map { String(format: "%.1f [%.1f, %.1f]", 100 * $0.value, 100 * $0.low, 100 * $0.high) } ?? "unknown"
    }
}

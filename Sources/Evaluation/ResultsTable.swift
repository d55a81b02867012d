internal import Foundation

extension EvaluationResults {
    /// The figures as tables to read.
    public var table: String { (attributeLines + [""] + protocolLines + [""] + retrievalLines).joined(separator: "\n") }

    private var attributeLines: [String] {
        let width = max(18, (attributes.rows.map(\.name.count).max() ?? 0) + 2)
        func line(_ name: String, _ cells: [String]) -> String {
            TableCells.line(name, width, Array(zip(cells, [22, 8, 8, 10]).map { (text: $0, width: $1) }))
        }
        let people =
            trainedPictures == 0
            ? " of people never seen in training" : ", \(trainedPictures) of them of people seen in training"
        var lines = [
            "Attributes: accuracy in % on \(attributes.pictures) gallery pictures" + people,
            line("", [TableCells.title("beam [95 %]"), "CTC", "steps", "majority"]),
        ]
        for row in attributes.rows {
            let mark = row.isNotLearned ? "   not learned" : row.isConstant ? "   the same for all" : ""
            let others = [row.ctc?.value, row.steps?.value, row.majority].map(TableCells.percent)
            lines.append(line(row.name, [TableCells.interval(row.beam)] + others) + mark)
        }
        let others = [attributes.ctcMean, attributes.stepsMean, attributes.majority].map { TableCells.percent($0) }
        lines.append(line("mean", [TableCells.interval(attributes.beamProtocols.accuracy)] + others))
        func publish(_ name: String, _ value: Double?) {
            if let value { lines.append(line(name, [TableCells.withoutInterval(value)])) }
        }
        publish("  JCM's paper", published?.mean)
        publish("  best before it", published?.earlierMean)
        if let (places, majority) = attributes.usual {
            let others = [attributes.ctcProtocols.usual?.value, attributes.stepsProtocols.usual?.value, majority]
            lines.append(
                line(
                    "mean of usual \(places.count)",
                    [TableCells.interval(attributes.beamProtocols.usual)] + others.map(TableCells.percent)))
            publish("  JCM's paper", published?.usualMean)
            lines.append("usual \(places.count): \(places.map { attributes.rows[$0].name }.joined(separator: " "))")
        }
        lines.append("beam: attention model; CTC: best path; steps: the beam's step probabilities, as a classifier's")
        lines.append("a missing colour counts as wrong, as in Market-1501's own evaluation; mean: of the attributes")
        let missed = attributes.rows.count(where: \.isNotLearned)
        lines.append(
            missed == 0
                ? "every attribute that varies is more than a point above its majority"
                : "not learned: no more than a point above the majority (\(missed) of \(attributes.rows.count))")
        return lines
    }

    private var protocolLines: [String] {
        ProtocolTable.lines([
            ("beam", attributes.beamProtocols), ("CTC", attributes.ctcProtocols), ("steps", attributes.stepsProtocols),
        ])
    }

    private var retrievalLines: [String] {
        if columns.queries + columns.unanswerable == 0 {
            return ["Re-identification: the data have no queries, nobody is to be found again"]
        }
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
}

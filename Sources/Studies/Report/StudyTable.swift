internal import Foundation

/// A study's result as text, Markdown, CSV, JSON and a chart.
public struct StudyTable {
    private let study: StudyOutline
    private let folder: StudyFolder

    /// What is finished.
    public let comparison: StudyComparison

    /// Compares what is finished in a study's folder.
    public init(_ study: StudyOutline, folder: StudyFolder) throws(StudyError) {
        (self.study, self.folder) = (study, folder)
        comparison = try StudyComparison(study, folder: folder)
    }

    /// Writes all forms into the folder; returns the text for a terminal.
    public func write() throws(StudyError) -> String {
        let base = folder.path + "/table"
        let json = try Self.json(comparison)
        for (ending, content) in [
            ("txt", text + "\n"), ("md", markdown), ("csv", csv), ("json", json),
            ("svg", StudyChart(study, comparison).svg),
        ] {
            try folder.write("\(base).\(ending)") { Data(content.utf8) }
        }
        return text + "\nfigures: \(base).json, also .md, .csv; chart: \(base).svg"
    }

    private var measureName: String {
        switch comparison.measure {
        case .rank1: "rank-1"
        case .meanAveragePrecision: "mAP"
        case .attributes: "attributes"
        }
    }

    private static let headings = [
        "arm", "seeds", "rank-1", "mAP", "attributes", "change", "", "95 % interval", "p (Holm)", "paper",
    ]

    /// The table's cells, in percent and points.
    private func cells(_ row: StudyComparison.Row) -> [String] {
        func share(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "-" }
        func points(_ value: Double) -> String { String(format: "%+.1f", value) }
        let difference = row.difference
        let mark = row.isSignificant ? "**" : difference?.excludesZero == true ? "*" : ""
        return [
            row.name, String(row.seeds), share(row.rank1), share(row.meanAveragePrecision), share(row.attributes),
            difference.map { points(100 * $0.mean) } ?? "", mark,
            difference.map { "[\(points(100 * $0.low)), \(points(100 * $0.high))]" } ?? "",
            row.adjusted.map { $0 < 0.001 ? "<0.001" : String(format: "%.3f", $0) } ?? "",
            row.paper.map(points) ?? "",
        ]
    }

    private var notes: [String] {
        var notes = [
            "change: \(measureName) less that of '\(study.arms[0].name)', in points; paired by seed and query, intervals by "
                + "bootstrap over people" + (study.seeds.count >= 3 ? " and seeds" : ""),
            "*: the interval leaves out 0; **: also when all arms are compared at once (Holm, 5 %; 3 seeds or more)",
        ]
        if let seeds = comparison.seedsForOnePoint {
            notes.append(
                "a change of 1 point would be seen with \(seeds) seeds (80 % power, by the spread between these seeds)")
        } else {
            notes.append("one seed shows no noise between trainings: how many seeds a point needs is known from 2 on")
        }
        if study.seeds.count < 3 {
            notes.append(
                "with fewer than 3 seeds intervals and p know the people tested, not the noise between trainings")
        }
        return notes + comparison.rows.compactMap { row in row.note.map { "\(row.name): \($0)" } }
    }

    /// The table for a terminal.
    public var text: String {
        let rows = [Self.headings] + comparison.rows.map(cells)
        let widths = Self.headings.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let hasPaper = comparison.rows.contains { $0.paper != nil }
        let lines = rows.map { row in
            var line = row[0].padding(toLength: max(widths[0], row[0].count), withPad: " ", startingAt: 0)
            for column in 1..<(hasPaper ? row.count : row.count - 1) {
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                line += column == 6 ? " " + row[column] + space : "  " + space + row[column]
            }
            return line.replacing(/\s+$/, with: "")
        }
        return ([study.about].filter { !$0.isEmpty } + lines + notes).joined(separator: "\n")
    }

    /// The table in Markdown.
    public var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|").replacing("*", with: "\\*") }.joined(separator: " | ")
                + " |"
        }
        let rule = "|" + Self.headings.indices.map { $0 == 0 ? "---|" : "---:|" }.joined()
        let head = ["# \(study.about)", "", line(Self.headings), rule]
        return
            (head + comparison.rows.map { line(cells($0)) } + [""] + notes.map { "- " + $0.replacing("*", with: "\\*") })
            .joined(separator: "\n") + "\n"
    }

    /// The table as comma-separated values, shares and points with six digits.
    public var csv: String {
        let head = "arm,seeds,rank1,mAP,attributes,change,low,high,p,p_holm,paper"
        func number(_ value: Double?) -> String { value.map { String(format: "%.6f", $0) } ?? "" }
        let lines = comparison.rows.map { row in
            let name =
                row.name.contains { ",\"\n".contains($0) }
                ? "\"" + row.name.replacing("\"", with: "\"\"") + "\"" : row.name
            let d = row.difference
            return [
                name, String(row.seeds), number(row.rank1), number(row.meanAveragePrecision), number(row.attributes),
                number(d?.mean), number(d?.low), number(d?.high), number(d?.p), number(row.adjusted),
                number(row.paper.map { $0 / 100 }),
            ].joined(separator: ",")
        }
        return ([head] + lines).joined(separator: "\n") + "\n"
    }

    /// The table as JSON.
    private static func json(_ comparison: StudyComparison) throws(StudyError) -> String {
        let rows = comparison.rows.map { row in
            var object: [String: Any] = ["arm": row.name, "seeds": row.seeds]
            object["rank1"] = row.rank1
            object["mAP"] = row.meanAveragePrecision
            object["attributes"] = row.attributes
            object["paperPoints"] = row.paper
            object["note"] = row.note
            if let difference = row.difference {
                object["change"] = difference.mean
                object["interval"] = [difference.low, difference.high]
                object["p"] = difference.p
                object["pHolm"] = row.adjusted
                object["seedDeviation"] = difference.seedDeviation
            }
            return object
        }
        var object: [String: Any] = ["measure": comparison.measure.rawValue, "arms": rows]
        object["seedsForOnePoint"] = comparison.seedsForOnePoint
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        else {
            throw StudyError("the table holds a number that JSON has not", exitCode: 1)
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

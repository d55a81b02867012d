/// Rows under a header, each column as wide as its widest cell: words to the left, numbers to the right.
struct TextTable {
    private var rows: [[String]]
    private let words: Int

    /// A table whose first `words` columns hold words.
    init(_ header: [String], words: Int = 1) {
        rows = [header]
        self.words = words
    }

    /// Adds a row; cells that are missing at its end are empty.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines, two blanks between columns.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < words ? cell + padding : padding + cell
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}

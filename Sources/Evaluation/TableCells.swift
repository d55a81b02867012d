internal import Foundation

/// Cells of tables to read.
enum TableCells {
    /// A share in percent: `84.9`.
    static func percent(_ share: Double?) -> String { share.map { String(format: "%.1f", 100 * $0) } ?? "unknown" }

    /// A share and its interval, `84.9 [83.0, 86.5]`, as wide in every row so that figures stand under figures.
    static func interval(_ value: AttributeInterval?) -> String {
        guard let value else { return padded("unknown", 20) }
        let figure = percent(value.value)
        return padded(
            String(repeating: " ", count: max(0, 5 - figure.count)) + figure
                + " [\(percent(value.low)), \(percent(value.high))]", 20)
    }

    /// A share under those with an interval.
    static func withoutInterval(_ share: Double) -> String {
        let figure = percent(share)
        return padded(String(repeating: " ", count: max(0, 5 - figure.count)) + figure, 20)
    }

    /// A title over such cells.
    static func title(_ text: String) -> String { padded(text.count < 5 ? " " + text : text, 20) }

    /// A line: a name, then cells to the right of columns of the given widths; no blanks at its end.
    static func line(_ name: String, _ nameWidth: Int, _ cells: [(text: String, width: Int)]) -> String {
        let line =
            padded(name, nameWidth)
            + cells.map { String(repeating: " ", count: max(1, $0.width - $0.text.count)) + $0.text }.joined()
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

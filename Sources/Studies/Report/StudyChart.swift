internal import Foundation

/// Bars of the arms' changes with their intervals, and the paper's values as diamonds: an SVG file of its own.
struct StudyChart {
    private let study: StudyOutline
    private let comparison: StudyComparison
    private let rowHeight = 26.0, plotWidth = 460.0, top = 64.0

    init(_ study: StudyOutline, _ comparison: StudyComparison) { (self.study, self.comparison) = (study, comparison) }

    /// The picture.
    var svg: String {
        let rows = comparison.rows.dropFirst().filter { $0.difference != nil || $0.paper != nil }
            .sorted { ($0.difference?.mean ?? 0, $0.name) < ($1.difference?.mean ?? 0, $1.name) }
        let values = rows.flatMap { row in
            [row.difference.map { 100 * $0.low }, row.difference.map { 100 * $0.high }, row.paper].compactMap { $0 }
        }
        let step = Self.step(max(1, (values.max() ?? 0) - min(0, values.min() ?? 0)))
        let low = ((min(0, values.min() ?? 0) - step / 4) / step).rounded(.down) * step
        let high = ((max(0, values.max() ?? 0) + step / 4) / step).rounded(.up) * step
        let left = 24 + 7.2 * Double(rows.map(\.name.count).max() ?? 4)
        func x(_ value: Double) -> Double { left + (value - low) / (high - low) * plotWidth }
        let bottom = top + Double(rows.count) * rowHeight
        let (width, height) = (left + plotWidth + 90, bottom + 62)
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.text(width))\" height=\"\(Self.text(height))\" "
                + "viewBox=\"0 0 \(Self.text(width)) \(Self.text(height))\" font-family=\"sans-serif\" font-size=\"13\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            label(20, 26, Self.escaped(study.about), "font-size=\"16\" font-weight=\"bold\" fill=\"#222\""),
            label(20, 46, Self.escaped(subtitle), "fill=\"#666\""),
        ]
        for tick in stride(from: low, through: high + step / 1000, by: step) {
            let isZero = abs(tick) < step / 1000
            parts.append(
                line(x(tick), top - 4, x(tick), bottom + 4, isZero ? "#444" : "#ddd", isZero ? 1.5 : 1))
            parts.append(
                label(
                    x(tick), bottom + 20, isZero ? "0" : String(format: "%+g", tick),
                    "text-anchor=\"middle\" fill=\"#666\""))
        }
        for (place, row) in rows.enumerated() {
            let middle = top + (Double(place) + 0.5) * rowHeight
            parts.append(label(left - 10, middle + 4.5, Self.escaped(row.name), "text-anchor=\"end\" fill=\"#222\""))
            if let difference = row.difference {
                let (from, to) = (x(min(0, 100 * difference.mean)), x(max(0, 100 * difference.mean)))
                let colour = !difference.excludesZero ? "#b8bec6" : difference.mean < 0 ? "#d1603d" : "#3d7ea6"
                parts.append(
                    "<rect x=\"\(Self.text(from))\" y=\"\(Self.text(middle - 7))\" width=\"\(Self.text(max(0.5, to - from)))\" "
                        + "height=\"14\" fill=\"\(colour)\"/>")
                let (a, b) = (x(100 * difference.low), x(100 * difference.high))
                parts += [
                    line(a, middle, b, middle, "#222", 1.3), line(a, middle - 4, a, middle + 4, "#222", 1.3),
                    line(b, middle - 4, b, middle + 4, "#222", 1.3),
                ]
                let figure =
                    String(format: "%+.1f", 100 * difference.mean)
                    + (row.isSignificant ? " **" : difference.excludesZero ? " *" : "")
                parts.append(label(left + plotWidth + 12, middle + 4.5, figure, "fill=\"#222\""))
            }
            if let paper = row.paper {
                let at = x(paper)
                parts.append(
                    "<path d=\"M\(Self.text(at)) \(Self.text(middle - 6))l5 6l-5 6l-5 -6z\" fill=\"none\" stroke=\"#222\" "
                        + "stroke-width=\"1.4\"/>")
            }
        }
        let hasPaper = rows.contains { $0.paper != nil }
        parts.append(
            label(
                20, height - 12,
                "whiskers: 95 % intervals; grey: the interval holds 0; **: stays under Holm's correction"
                    + (hasPaper ? "; diamonds: the paper" : ""), "fill=\"#666\" font-size=\"12\""))
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private var subtitle: String {
        let name =
            switch comparison.measure {
            case .rank1: "rank-1"
            case .meanAveragePrecision: "mAP"
            case .attributes: "attribute accuracy"
            }
        let seeds = study.seeds.count
        return "change of \(name) to '\(study.arms[0].name)', in points; \(seeds) seed\(seeds == 1 ? "" : "s")"
    }

    /// A round distance between ticks, for about six of them.
    private static func step(_ span: Double) -> Double {
        let raw = span / 6
        let power = pow(10, log10(raw).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw } ?? 10 * power
    }

    private static func text(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private func label(_ x: Double, _ y: Double, _ text: String, _ style: String) -> String {
        "<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" \(style)>\(text)</text>"
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, _ width: Double)
        -> String
    {
        "<line x1=\"\(Self.text(x1))\" y1=\"\(Self.text(y1))\" x2=\"\(Self.text(x2))\" y2=\"\(Self.text(y2))\" "
            + "stroke=\"\(colour)\" stroke-width=\"\(width)\"/>"
    }
}

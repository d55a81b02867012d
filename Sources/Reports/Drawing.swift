internal import Foundation

/// A drawing in SVG 1.1, built piece by piece: self-contained, in generic fonts. Lengths are in pixels.
public struct Drawing: Sendable {
    /// Where a text is held.
    enum Anchor: String, Sendable { case start, middle, end }

    let width: Double, height: Double
    private(set) var body: [String] = []
    private var definitions: [String] = []

    /// An empty drawing on white.
    init(width: Double, height: Double) {
        (self.width, self.height) = (width, height)
        rectangle(0, 0, width, height, fill: Palette.paper)
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String?, opacity: Double = 1,
        stroke: String? = nil, strokeWidth: Double = 1, radius: Double = 0, kind: String? = nil
    ) {
        var parts = ["x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""]
        parts.append("fill=\"\(fill ?? "none")\"")
        if opacity < 1 { parts.append("fill-opacity=\"\(number(opacity))\"") }
        if let stroke { parts.append("stroke=\"\(stroke)\" stroke-width=\"\(number(strokeWidth))\"") }
        if radius > 0 { parts.append("rx=\"\(number(radius))\"") }
        // Half-covered pixels would show as seams between columns that touch.
        if radius == 0 { parts.append("shape-rendering=\"crispEdges\"") }
        if let kind { parts.append("class=\"\(kind)\"") }
        body.append("<rect \(parts.joined(separator: " "))/>")
    }

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1, dash: String? = nil
    ) {
        let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        body.append(
            "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"\(stroke)\" "
                + "stroke-width=\"\(number(width))\"\(dashes)/>")
    }

    mutating func polyline(
        _ points: [(x: Double, y: Double)], stroke: String, width: Double, dash: String? = nil, kind: String
    ) {
        let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        body.append(
            "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(number(width))\" "
                + "stroke-linejoin=\"round\" stroke-linecap=\"round\"\(dashes) class=\"\(kind)\"/>")
    }

    /// A circle on paper's white in a line's colour: marks a point without hiding where it lies.
    mutating func ring(_ x: Double, _ y: Double, radius: Double, stroke: String, width: Double, kind: String) {
        body.append(
            "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(Palette.paper)\" "
                + "stroke=\"\(stroke)\" stroke-width=\"\(number(width))\" class=\"\(kind)\"/>")
    }

    mutating func dot(_ x: Double, _ y: Double, radius: Double, fill: String) {
        body.append("<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(fill)\"/>")
    }

    /// Text whose base line begins (or is centred, or ends) at a point; `angle` turns it about the point, clockwise.
    mutating func text(
        _ words: String, _ x: Double, _ y: Double, size: Double, fill: String = Palette.ink, bold: Bool = false,
        anchor: Anchor = .start, angle: Double = 0, kind: String? = nil
    ) {
        var parts = ["x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" fill=\"\(fill)\""]
        if bold { parts.append("font-weight=\"bold\"") }
        if anchor != .start { parts.append("text-anchor=\"\(anchor.rawValue)\"") }
        if angle != 0 { parts.append("transform=\"rotate(\(number(angle)) \(number(x)) \(number(y)))\"") }
        if let kind { parts.append("class=\"\(kind)\"") }
        body.append("<text \(parts.joined(separator: " "))>\(Self.escape(words))</text>")
    }

    /// Embeds a PNG once under `name`; `place` then shows it as often as wanted.
    mutating func define(_ name: String, png: [UInt8], width: Double, height: Double) {
        definitions.append(
            "<image id=\"\(name)\" width=\"\(number(width))\" height=\"\(number(height))\" preserveAspectRatio=\"none\" "
                + "xlink:href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>")
    }

    mutating func place(_ name: String, _ x: Double, _ y: Double) {
        body.append("<use xlink:href=\"#\(name)\" x=\"\(number(x))\" y=\"\(number(y))\"/>")
    }

    /// The whole file.
    public var svg: String {
        let (w, h) = (number(width), number(height))
        let size = "width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\""
        let head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\" \(size) "
            + "font-family=\"Helvetica, Arial, sans-serif\">"
        let shared = definitions.isEmpty ? [] : ["<defs>"] + definitions + ["</defs>"]
        return (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", head] + shared + body + ["</svg>"])
            .joined(separator: "\n") + "\n"
    }

    /// A length with two decimals at most; what is no number becomes 0, since SVG knows none.
    private func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
    }

    /// Text as XML: markup escaped, and characters that XML 1.0 forbids replaced.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension String {
    /// At most `count` characters, the middle left out where there are more.
    func shortened(to count: Int) -> String {
        guard self.count > count, count > 3 else { return self }
        let tail = (count - 1) / 2
        return prefix(count - 1 - tail) + "…" + suffix(tail)
    }

    /// A share as a percentage: `93.5 %`; a dash where it is no number.
    static func percent(_ share: Double, decimals: Int = 1) -> String {
        share.isFinite ? String(format: "%.\(decimals)f %%", 100 * share) : "–"
    }
}

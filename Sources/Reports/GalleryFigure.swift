public import Images

/// Ranked galleries: a query a line, the gallery's nearest pictures beside it, framed right or wrong.
public struct GalleryFigure: Sendable {
    /// A picture and the words below it.
    public struct Item: Sendable {
        /// The picture, what is said below it, and whether it is right (of no interest for the query).
        public let picture: Picture, caption: String, isRight: Bool

        /// An item from its parts.
        public init(_ picture: Picture, caption: String, isRight: Bool) {
            (self.picture, self.caption, self.isRight) = (picture, caption, isRight)
        }
    }

    /// One query's line.
    public struct Line: Sendable {
        /// The query, and its ranked pictures, best first.
        public let query: Item, ranked: [Item]

        /// What the whole list is worth, in words.
        public let note: String

        /// A line from its parts.
        public init(query: Item, ranked: [Item], note: String) {
            (self.query, self.ranked, self.note) = (query, ranked, note)
        }
    }

    /// What stands above it: a title, and a line of explanation.
    public let title: String, subtitle: String

    /// The queries in order.
    public let lines: [Line]

    /// A figure from its parts.
    public init(title: String, subtitle: String, lines: [Line]) {
        (self.title, self.subtitle, self.lines) = (title, subtitle, lines)
    }

    private static let margin = 28.0, top = 104.0, width = 68.0, height = 136.0, gap = 14.0, apart = 30.0, below = 54.0

    /// The figure drawn; throws where a picture cannot be encoded.
    public func drawing() throws(ImageError) -> Drawing {
        let most = Double(lines.map(\.ranked.count).max() ?? 0)
        let width = 2 * Self.margin + Self.width + Self.apart + most * (Self.width + Self.gap)
        var drawing = Drawing(
            width: max(width, 640), height: Self.top + Double(lines.count) * (Self.height + Self.below) + 14)
        drawing.text(title, Self.margin, 38, size: 20, bold: true)
        drawing.text(subtitle, Self.margin, 60, size: 12, fill: Palette.muted)
        legend(in: &drawing)
        for (number, line) in lines.enumerated() {
            let y = Self.top + Double(number) * (Self.height + Self.below)
            try draw(line.query, "q\(number)", x: Self.margin, y, frame: Palette.query, kind: "query", in: &drawing)
            let first = Self.margin + Self.width + Self.apart
            drawing.line(
                first - Self.apart / 2, y, first - Self.apart / 2, y + Self.height, stroke: Palette.faint, width: 2)
            for (rank, item) in line.ranked.enumerated() {
                try draw(
                    item, "q\(number)r\(rank + 1)", x: first + Double(rank) * (Self.width + Self.gap), y,
                    frame: item.isRight ? Palette.right : Palette.wrong, kind: item.isRight ? "right" : "wrong",
                    in: &drawing)
            }
            drawing.text(line.note, Self.margin, y + Self.height + 35, size: 11, fill: Palette.muted)
        }
        return drawing
    }

    private func legend(in drawing: inout Drawing) {
        var x = Self.margin
        for (colour, words) in [(Palette.query, "query"), (Palette.right, "same person"), (Palette.wrong, "another")] {
            drawing.rectangle(x + 1, 75, 10, 10, fill: nil, stroke: colour, strokeWidth: 3)
            drawing.text(words, x + 18, 84, size: 11, fill: Palette.muted)
            x += 34 + 6.2 * Double(words.count)
        }
    }

    /// Right and wrong differ in more than colour: a mark stands in the corner, too.
    private func draw(
        _ item: Item, _ name: String, x: Double, _ y: Double, frame: String, kind: String, in drawing: inout Drawing
    ) throws(ImageError) {
        drawing.define(name, png: try PNGEncoder.encode(item.picture), width: Self.width, height: Self.height)
        drawing.place(name, x, y)
        drawing.rectangle(
            x - 2, y - 2, Self.width + 4, Self.height + 4, fill: nil, stroke: frame, strokeWidth: 4, kind: kind)
        if kind != "query" {
            drawing.rectangle(x + Self.width - 15, y, 15, 15, fill: frame)
            drawing.text(
                kind == "right" ? "✓" : "×", x + Self.width - 7.5, y + 12, size: 12, fill: Palette.paper, bold: true,
                anchor: .middle)
        }
        drawing.text(
            item.caption.shortened(to: 13), x + Self.width / 2, y + Self.height + 17, size: 10, anchor: .middle,
            kind: "caption")
    }
}

/// Confusion matrices, one an attribute: rows are true, columns said, a cell's tint its share of the row.
public struct ConfusionFigure: Sendable {
    /// One attribute's matrix.
    public struct Matrix: Sendable {
        /// The attribute, and its answers in words.
        public let title: String, answers: [String]

        /// Pictures by true answer and said answer.
        public let counts: [[Int]]

        /// Share of right answers; nil where there is no picture.
        public let accuracy: Double?

        /// A matrix from its parts: as many rows and columns as answers.
        public init(title: String, answers: [String], counts: [[Int]], accuracy: Double?) {
            precondition(
                counts.count == answers.count && counts.allSatisfy { $0.count == answers.count },
                "\(counts.map(\.count)) counts for \(answers.count) answers")
            (self.title, self.answers, self.counts, self.accuracy) = (title, answers, counts, accuracy)
        }
    }

    /// What stands above it: a title, and a line of explanation.
    public let title: String, subtitle: String

    /// The matrices in order.
    public let matrices: [Matrix]

    /// A figure from its parts.
    public init(title: String, subtitle: String, matrices: [Matrix]) {
        (self.title, self.subtitle, self.matrices) = (title, subtitle, matrices)
    }

    private static let margin = 28.0, gap = 26.0, labels = 96.0, head = 96.0, most = 1080.0

    /// Cells shrink where there are many answers, so that a matrix never grows wider than the page.
    private func cell(_ matrix: Matrix) -> Double {
        max(22, min(44, 330 / Double(max(1, matrix.answers.count))))
    }

    private func size(_ matrix: Matrix) -> (width: Double, height: Double) {
        let cells = cell(matrix) * Double(matrix.answers.count)
        return (max(Self.labels + cells + 46, 190), Self.head + cells + 8)
    }

    /// The figure drawn.
    public var drawing: Drawing {
        var places: [(x: Double, y: Double)] = []
        var (x, y, tallest, widest) = (Self.margin, 84.0, 0.0, 0.0)
        for matrix in matrices {
            let size = size(matrix)
            if x > Self.margin && x + size.width > Self.most - Self.margin {
                (x, y, tallest) = (Self.margin, y + tallest + Self.gap, 0)
            }
            places.append((x, y))
            widest = max(widest, x + size.width)
            (x, tallest) = (x + size.width + Self.gap, max(tallest, size.height))
        }
        var drawing = Drawing(width: max(widest + Self.margin, 640), height: y + tallest + Self.margin)
        drawing.text(title, Self.margin, 38, size: 20, bold: true)
        drawing.text(subtitle, Self.margin, 60, size: 12, fill: Palette.muted)
        for (matrix, place) in zip(matrices, places) { draw(matrix, at: place, in: &drawing) }
        return drawing
    }

    private func draw(_ matrix: Matrix, at place: (x: Double, y: Double), in drawing: inout Drawing) {
        let (cell, left, top) = (cell(matrix), place.x + Self.labels, place.y + Self.head)
        drawing.text(matrix.title, place.x, place.y + 14, size: 14, bold: true)
        drawing.text(
            matrix.accuracy.map { String.percent($0) + " right" } ?? "nothing known", place.x, place.y + 31, size: 11,
            fill: Palette.muted)
        for (row, answer) in matrix.answers.enumerated() {
            let middle = (Double(row) + 0.5) * cell
            let name = answer.shortened(to: 14)
            drawing.text(name, left - 8, top + middle + 4, size: 11, anchor: .end)
            drawing.text(name, left + middle + 4, top - 8, size: 11, angle: -50)
            let sum = matrix.counts[row].reduce(0, +)
            for (column, count) in matrix.counts[row].enumerated() {
                let share = sum > 0 ? Double(count) / Double(sum) : 0
                drawing.rectangle(
                    left + Double(column) * cell, top + Double(row) * cell, cell, cell, fill: Palette.heat(share),
                    stroke: Palette.faint, strokeWidth: 1, kind: "cell")
                guard count > 0 else { continue }
                drawing.text(
                    String(count), left + (Double(column) + 0.5) * cell, top + middle + 4, size: cell < 30 ? 9 : 11,
                    fill: Palette.inkOnHeat(share), anchor: .middle, kind: "count")
            }
            let right = left + Double(matrix.answers.count) * cell + 6
            drawing.text(String(sum), right, top + middle + 4, size: 10, fill: Palette.muted, kind: "sum")
        }
        for place in matrix.answers.indices {
            let offset = Double(place) * cell
            drawing.rectangle(left + offset, top + offset, cell, cell, fill: nil, stroke: Palette.ink)
        }
    }
}

/// The parts of the figure that run over the columns.
extension PersonFigure {
    /// Posteriors of the CTC head: a row a token, a column a column of the picture.
    func drawPosteriors(in drawing: inout Drawing) {
        let (left, top) = (Self.heatLeft, Self.top + 26)
        let columns = max(1, posteriors[0].probabilities.count)
        let cell = Self.heatWidth / Double(columns)
        drawing.text("CTC posteriors", left, Self.top + 12, size: 14, bold: true)
        for (index, posterior) in posteriors.enumerated() {
            let y = top + Self.row * Double(index)
            drawing.text(
                posterior.token.shortened(to: 22), left - 8, y + 13, size: 11,
                fill: index == 0 ? Palette.muted : Palette.ink, anchor: .end)
            for (column, p) in posterior.probabilities.enumerated() {
                drawing.rectangle(
                    left + Double(column) * cell, y, cell, Self.row, fill: Palette.heat(p), stroke: Palette.faint,
                    strokeWidth: 1, kind: "posterior")
            }
        }
        let bottom = top + Self.row * Double(posteriors.count)
        drawing.text("column 1", left, bottom + 16, size: 10, fill: Palette.muted)
        drawing.text(
            String(columns), left + Self.heatWidth, bottom + 16, size: 10, fill: Palette.muted, anchor: .end)
    }

    /// A step: the picture, each column as dark as it is overlooked, and the attention as bars below it.
    func draw(_ step: Step, number: Int, x: Double, y: Double, in drawing: inout Drawing) {
        let largest = step.attention.filter(\.isFinite).max() ?? 0
        let cell = Self.panel / Double(max(1, step.attention.count))
        drawing.text("\(number)  \(step.token.shortened(to: 17))", x, y + 10, size: 11, bold: true)
        drawing.place("small", x, y + 18)
        let foot = y + 18 + panelHeight
        let bars = 34.0
        drawing.rectangle(x, foot + 3, Self.panel, bars, fill: Palette.wash)
        for (column, weight) in step.attention.enumerated() {
            let share = largest > 0 && weight.isFinite ? max(0, weight / largest) : 0
            let left = x + Double(column) * cell
            drawing.rectangle(
                left, y + 18, cell, panelHeight, fill: "#0b1622", opacity: 0.74 * (1 - share), kind: "veil")
            drawing.rectangle(
                left + 0.4, foot + 3 + bars * (1 - share), max(cell - 0.8, 0.4), bars * share, fill: Palette.accent,
                kind: "attention")
        }
        drawing.text(
            .percent(step.probability), x, foot + 3 + bars + 15, size: 11, fill: Palette.muted, kind: "step")
        drawing.text(
            "max \(String.percent(largest, decimals: 0))", x + Self.panel, foot + 3 + bars + 15, size: 10,
            fill: Palette.muted, anchor: .end)
    }
}

/// CMC curves: the share of queries with a right picture among the first k, against k.
public struct MatchingCurveFigure: Sendable {
    /// One feature's curve, plain or re-ranked.
    public struct Curve: Sendable {
        /// The feature.
        public let title: String

        /// Shares at ranks 1, 2, ….
        public let shares: [Double]

        /// Mean average precision.
        public let meanAveragePrecision: Double

        /// Whether it is the curve before it after re-ranking: in the same colour and dashes, with rings.
        public let isReranked: Bool

        /// A curve from its parts.
        public init(title: String, shares: [Double], meanAveragePrecision: Double, isReranked: Bool = false) {
            (self.title, self.shares, self.meanAveragePrecision) = (title, shares, meanAveragePrecision)
            self.isReranked = isReranked
        }
    }

    /// What stands above it: a title, and a line of explanation.
    public let title: String, subtitle: String

    /// The curves, the first drawn last.
    public let curves: [Curve]

    /// A figure from its parts.
    public init(title: String, subtitle: String, curves: [Curve]) {
        (self.title, self.subtitle, self.curves) = (title, subtitle, curves)
    }

    private static let left = 72.0, top = 84.0, width = 620.0, height = 360.0, legend = 26.0

    /// Ranks of the table, which rings mark on re-ranked curves, too.
    private static let named = [1, 5, 10, 20]

    /// Where the shares' axis begins: 0, but close below the lowest share where all are above one half.
    private var base: Double {
        let lowest = curves.compactMap { $0.shares.filter(\.isFinite).min() }.min() ?? 0
        return lowest > 0.5 ? min(0.9, (lowest * 10 - 0.2).rounded(.down) / 10) : 0
    }

    /// The figure drawn.
    public var drawing: Drawing {
        let bottom = Self.top + Self.height
        var drawing = Drawing(
            width: Self.left + Self.width + 36, height: bottom + 94 + Self.legend * Double(curves.count))
        drawing.text(title, 28, 38, size: 20, bold: true)
        drawing.text(subtitle, 28, 60, size: 12, fill: Palette.muted)
        let ranks = max(2, curves.map(\.shares.count).max() ?? 2)
        func x(_ rank: Int) -> Double { Self.left + Self.width * Double(rank - 1) / Double(ranks - 1) }
        let base = base
        func y(_ share: Double) -> Double { bottom - Self.height * (share.isFinite ? (share - base) / (1 - base) : 0) }
        for tick in 0...5 {
            let share = base + (1 - base) * Double(tick) / 5
            drawing.line(Self.left, y(share), Self.left + Self.width, y(share), stroke: Palette.faint)
            drawing.text(
                .percent(share, decimals: 0), Self.left - 10, y(share) + 4, size: 11, fill: Palette.muted, anchor: .end)
        }
        let apart = ranks > 200 ? 100 : ranks > 30 ? 10 : 5
        for rank in [1] + stride(from: apart, through: ranks, by: apart) {
            drawing.line(x(rank), bottom, x(rank), bottom + 5, stroke: Palette.muted)
            drawing.text(String(rank), x(rank), bottom + 20, size: 11, fill: Palette.muted, anchor: .middle)
        }
        drawing.line(Self.left, bottom, Self.left + Self.width, bottom, stroke: Palette.muted)
        drawing.text("rank", Self.left + Self.width / 2, bottom + 40, size: 12, anchor: .middle)
        drawing.text(
            "queries answered", 22, Self.top + Self.height / 2, size: 12, anchor: .middle, angle: -90)
        for (index, curve) in curves.enumerated().reversed() {
            let (colour, dash) = style(index)
            drawing.polyline(
                curve.shares.enumerated().map { (x($0 + 1), y($1)) }, stroke: colour, width: width(curve), dash: dash,
                kind: "curve")
            if curve.isReranked {
                let beyond = stride(from: apart, through: ranks, by: apart).filter { $0 > 20 }
                for rank in Self.named + beyond where rank <= curve.shares.count {
                    drawing.ring(x(rank), y(curve.shares[rank - 1]), radius: 4, stroke: colour, width: 2, kind: "ring")
                }
            } else if let first = curve.shares.first {
                drawing.dot(x(1), y(first), radius: 3.5, fill: colour)
            }
        }
        for (index, curve) in curves.enumerated() { legend(curve, index, below: bottom + 88, in: &drawing) }
        return drawing
    }

    /// Between its rings a re-ranked curve is the thinner one.
    private func width(_ curve: Curve) -> Double { curve.isReranked ? 1.6 : 2.5 }

    private func style(_ index: Int) -> (String, String?) {
        let index = max(0, curves[...index].count { !$0.isReranked } - 1)
        return (Palette.curves[index % Palette.curves.count], Palette.dashes[index % Palette.dashes.count])
    }

    private func legend(_ curve: Curve, _ index: Int, below top: Double, in drawing: inout Drawing) {
        let (colour, dash) = style(index)
        let y = top + Self.legend * Double(index)
        drawing.line(Self.left, y - 4, Self.left + 40, y - 4, stroke: colour, width: width(curve), dash: dash)
        if curve.isReranked { drawing.ring(Self.left + 20, y - 4, radius: 4, stroke: colour, width: 2, kind: "key") }
        drawing.text(curve.title.shortened(to: 34), Self.left + (curve.isReranked ? 66 : 52), y, size: 13)
        let figures =
            Self.named.filter { $0 <= curve.shares.count }.map { rank in
                ("rank-\(rank)", curve.shares[rank - 1])
            } + [("mAP", curve.meanAveragePrecision)]
        for (place, figure) in figures.enumerated() {
            let right = Self.left + Self.width - 84 * Double(figures.count - 1 - place)
            if index == 0 {
                drawing.text(figure.0, right, y - 20, size: 11, fill: Palette.muted, anchor: .end)
            }
            drawing.text(
                .percent(figure.1), right, y, size: 13, bold: index == 0, anchor: .end, kind: "figure")
        }
    }
}

public import Images

/// What a model says of a person: attributes with probabilities, where the decoder looked at each step, and what the CTC
/// head saw in each column.
public struct PersonFigure: Sendable {
    /// One attribute.
    public struct Attribute: Sendable {
        /// Its name, and what is said.
        public let name: String, answer: String

        /// How probable it is.
        public let probability: Double

        /// What the CTC head says where it differs.
        public let secondOpinion: String?

        /// An attribute from its parts.
        public init(name: String, answer: String, probability: Double, secondOpinion: String?) {
            (self.name, self.answer, self.probability, self.secondOpinion) = (name, answer, probability, secondOpinion)
        }
    }

    /// One decoding step.
    public struct Step: Sendable {
        /// The emitted token in words.
        public let token: String

        /// Its probability given the tokens before it.
        public let probability: Double

        /// Attention over the columns, which sums to 1.
        public let attention: [Double]

        /// A step from its parts.
        public init(token: String, probability: Double, attention: [Double]) {
            (self.token, self.probability, self.attention) = (token, probability, attention)
        }
    }

    /// One row of the CTC posteriors: a token, and its probability in each column.
    public struct Posterior: Sendable {
        /// The token in words, or the blank.
        public let token: String

        /// By column.
        public let probabilities: [Double]

        /// A row from its parts.
        public init(token: String, probabilities: [Double]) {
            (self.token, self.probabilities) = (token, probabilities)
        }
    }

    /// What stands above it: the picture's name, and a line of explanation.
    public let title: String, subtitle: String

    /// The picture; it is drawn with the sides' ratio that the model sees, whatever its own is.
    public let picture: Picture

    /// Height over width as the model sees it.
    public let aspect: Double

    /// The attributes, the decoding steps that are drawn, and the rows of posteriors, in order.
    public let attributes: [Attribute], steps: [Step], posteriors: [Posterior]

    /// A figure from its parts.
    public init(
        title: String, subtitle: String, picture: Picture, aspect: Double, attributes: [Attribute], steps: [Step],
        posteriors: [Posterior]
    ) {
        (self.title, self.subtitle, self.picture) = (title, subtitle, picture)
        self.aspect = min(max(aspect, 0.25), 4)
        (self.attributes, self.steps, self.posteriors) = (attributes, steps, posteriors)
    }

    static let margin = 28.0, top = 84.0, pictureWidth = 150.0, line = 25.0, panel = 118.0, gap = 24.0, perRow = 7
    static let tableLeft = margin + pictureWidth + 32, tableWidth = 350.0
    static let heatLeft = tableLeft + tableWidth + 150, heatWidth = 300.0, row = 19.0

    private var tableHeight: Double { 26 + Self.line * Double(attributes.count) }
    private var heatHeight: Double { 26 + Self.row * Double(posteriors.count) + 24 }
    private var stepsTop: Double {
        Self.top + max(Self.pictureWidth * aspect, tableHeight, heatHeight) + 56
    }
    var panelHeight: Double { Self.panel * aspect }
    private var stepHeight: Double { panelHeight + 96 }

    /// The figure drawn; throws where the picture cannot be encoded.
    public func drawing() throws(ImageError) -> Drawing {
        let rows = (steps.count + Self.perRow - 1) / Self.perRow
        var drawing = Drawing(
            width: Self.heatLeft + Self.heatWidth + Self.margin,
            height: stepsTop + Double(rows) * stepHeight + 20)
        drawing.text(title.shortened(to: 80), Self.margin, 38, size: 20, bold: true)
        drawing.text(subtitle, Self.margin, 60, size: 12, fill: Palette.muted)
        let png = try PNGEncoder.encode(picture)
        drawing.define("person", png: png, width: Self.pictureWidth, height: Self.pictureWidth * aspect)
        if !steps.isEmpty { drawing.define("small", png: png, width: Self.panel, height: panelHeight) }
        drawing.place("person", Self.margin, Self.top)
        drawAttributes(in: &drawing)
        if !posteriors.isEmpty { drawPosteriors(in: &drawing) }
        if !steps.isEmpty {
            drawing.text("Decoding steps", Self.margin, stepsTop - 20, size: 14, bold: true)
            drawing.text(
                "attention of the last decoder layer over the \(steps[0].attention.count) columns, mean of its heads: dark "
                    + "columns are not looked at", Self.margin + 150, stepsTop - 20, size: 11, fill: Palette.muted)
        }
        for (index, step) in steps.enumerated() {
            draw(
                step, number: index + 1, x: Self.margin + Double(index % Self.perRow) * (Self.panel + Self.gap),
                y: stepsTop + Double(index / Self.perRow) * stepHeight, in: &drawing)
        }
        return drawing
    }

    private func drawAttributes(in drawing: inout Drawing) {
        let (left, barLeft, barWidth) = (Self.tableLeft, Self.tableLeft + 208, 110.0)
        drawing.text("Attributes", left, Self.top + 12, size: 14, bold: true)
        for (index, attribute) in attributes.enumerated() {
            let y = Self.top + 26 + Self.line * Double(index)
            let share = attribute.probability.isFinite ? min(max(attribute.probability, 0), 1) : 0
            drawing.text(attribute.name.shortened(to: 16), left, y + 16, size: 12, fill: Palette.muted)
            drawing.text(attribute.answer.shortened(to: 14), left + 108, y + 16, size: 12, bold: true)
            drawing.rectangle(barLeft, y + 5, barWidth, 14, fill: Palette.faint, radius: 2)
            drawing.rectangle(barLeft, y + 5, barWidth * share, 14, fill: Palette.query, radius: 2)
            drawing.text(
                .percent(attribute.probability), barLeft + barWidth + 56, y + 16, size: 12, anchor: .end,
                kind: "probability")
            if let second = attribute.secondOpinion {
                drawing.text("CTC: \(second.shortened(to: 10))", barLeft + 4, y + 16, size: 10, fill: Palette.accent)
            }
        }
    }
}

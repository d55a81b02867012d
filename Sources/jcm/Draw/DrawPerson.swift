internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Images
internal import Model
internal import PersonData
internal import Reports
internal import Tensors
internal import Training

/// `jcm draw person`: attributes, attention and CTC posteriors of one picture.
struct DrawPerson: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person",
        abstract: "Draws a person's attributes, where the decoder looked for them, and the CTC posteriors.")

    @OptionGroup var options: DrawOptions

    @Argument(help: "A picture of one person: JPEG, PNG or BMP.")
    var picture: String

    @Option(help: ArgumentHelp("Decoding steps that are drawn, from the first on.", valueName: "count"))
    var steps = 7

    func validate() throws {
        if !(0...28).contains(steps) { throw ValidationError("--steps \(steps): 0 to 28 are possible") }
    }

    func run() throws {
        let team = options.threads.team()
        defer { team.stop() }
        let original = try PictureDecoder().decode(file: picture)
        let (description, model) = try options.model(batch: 1, team: team)
        let configuration = description.recipe.model
        let size = PictureSize(height: configuration.inputHeight, width: configuration.inputWidth)
        let arena = Arena("picture")
        let input = arena.reserve(Shape(1, size.height, size.width, 3))
        arena.commit()
        PixelNormalisation().apply(
            ResizerCache(to: size).resize(original).pixels, height: size.height, width: size.width, flipped: false,
            into: input.tensor.pointer)
        let reader = PictureReader(model, table: description.table, search: description.recipe.evaluation.search)
        let explanation = reader.explain(reader.columns(input.tensor))
        let height = min(max(original.height, size.height), 320)
        let shown = PictureSize(height: height, width: max(1, height * size.width / size.height))
        let figure = figure(
            explanation, description.table, ResizerCache(to: shown).resize(original),
            aspect: Double(size.height) / Double(size.width))
        try options.write(figure.drawing())
    }

    private func figure(
        _ explanation: PictureReader.Explanation, _ table: AttributeTable, _ picture: Picture, aspect: Double
    ) -> PersonFigure {
        let reading = explanation.reading
        let attributes = table.attributes.indices.map { index in
            let (attribute, beam, ctc) = (table.attributes[index], reading.beam[index], reading.ctc[index])
            return PersonFigure.Attribute(
                name: attribute.name, answer: attribute.text(of: beam.answer), probability: Double(beam.probability),
                secondOpinion: beam.answer == ctc.answer ? nil : attribute.text(of: ctc.answer))
        }
        let names = ["end"] + table.tokenNames
        let drawn = explanation.steps.prefix(steps).map { step in
            PersonFigure.Step(
                token: names[step.token], probability: Double(step.probability),
                attention: step.meanAttention.map(Double.init))
        }
        let drawnSteps = drawn.count < explanation.steps.count ? "the first \(drawn.count) of " : ""
        return PersonFigure(
            title: (self.picture as NSString).lastPathComponent,
            subtitle: "beam search with probabilities; \(drawnSteps)\(explanation.steps.count) decoding steps, "
                + String(format: "ln P = %.2f", reading.logProbability),
            picture: picture, aspect: aspect, attributes: attributes, steps: drawn,
            posteriors: rows(explanation.posteriors, names))
    }

    /// The blank, and the tokens that some column holds for possible: at most 16, the likeliest, in the table's order.
    private func rows(_ posteriors: [[Float]], _ names: [String]) -> [PersonFigure.Posterior] {
        func largest(_ token: Int) -> Float { posteriors.map { $0[token] }.max() ?? 0 }
        let seen = names.indices.dropFirst().filter { largest($0) > 0.1 }
        let likeliest = Set(seen.sorted { (largest($1), $0) < (largest($0), $1) }.prefix(16))
        return ([0] + seen.filter(likeliest.contains)).map { token in
            PersonFigure.Posterior(
                token: token == 0 ? "blank" : names[token], probabilities: posteriors.map { Double($0[token]) })
        }
    }
}

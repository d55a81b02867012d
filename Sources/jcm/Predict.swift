internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Images
internal import PersonData
internal import Tensors
internal import Training

/// `jcm predict`: what a model says of pictures.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the attributes of people on pictures, with probabilities.")

    @Argument(help: "A checkpoint, or a run folder (its newest checkpoint).")
    var checkpoint: String

    @Argument(help: "Pictures of one person each: JPEG, PNG or BMP.")
    var pictures: [String]

    @Flag(help: "Print a JSON object a picture.")
    var json = false

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        if pictures.isEmpty { throw ValidationError("name at least one picture") }
    }

    func run() throws {
        let team = threads.team()
        defer { team.stop() }
        let description = try RunCheckpoint.describe(RunFolder.checkpoint(at: checkpoint))
        guard description.recipe.model.form == .jcm else {
            throw TrainingError(
                "\(description.path): is a classifier, which knows no attributes; 'jcm evaluate' scores it")
        }
        let batch = min(description.recipe.evaluation.batch, pictures.count)
        let model = try ModelFactory.build(description.recipe, description.dimensions, microBatch: batch, team: team)
        try RunCheckpoint.loadWeights(description.path, into: model)
        let reader = PictureReader(model, table: description.table, search: description.recipe.evaluation.search)
        let size = PictureSize(
            height: description.recipe.model.inputHeight, width: description.recipe.model.inputWidth)
        let arena = Arena("pictures")
        let input = arena.reserve(Shape(batch, size.height, size.width, 3))
        arena.commit()
        let (decoder, resizer) = (PictureDecoder(), ResizerCache(to: size))
        let normalisation = PixelNormalisation(description.recipe.data.pixels)
        for first in stride(from: 0, to: pictures.count, by: batch) {
            let names = Array(pictures[first..<min(first + batch, pictures.count)])
            let tensor = input.prefix(names.count)
            for (n, name) in names.enumerated() {
                let picture = resizer.resize(try decoder.decode(file: name))
                normalisation.apply(
                    picture.pixels, height: size.height, width: size.width, flipped: false,
                    into: tensor.slice(n..<n + 1).pointer)
            }
            for (name, reading) in zip(names, reader.read(reader.columns(tensor))) {
                print(json ? try object(name, reading, description.table) : text(name, reading, description.table))
            }
        }
    }

    private func text(_ name: String, _ reading: PictureReader.Reading, _ table: AttributeTable) -> String {
        let width = (table.attributes.map(\.name.count).max() ?? 0) + 2
        var lines = [name]
        for (attribute, pair) in zip(table.attributes, zip(reading.beam, reading.ctc)) {
            let beam = attribute.text(of: pair.0.answer), ctc = attribute.text(of: pair.1.answer)
            let title = attribute.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let value = beam.padding(toLength: 12, withPad: " ", startingAt: 0)
            let second = beam == ctc ? "" : "   CTC says \(ctc) (\(percent(pair.1.probability)))"
            lines.append("  \(title)\(value)\(percent(pair.0.probability))\(second)")
        }
        return lines.joined(separator: "\n")
    }

    private func percent(_ probability: Float) -> String { String(format: "%5.1f %%", 100 * probability) }

    private func object(
        _ name: String, _ reading: PictureReader.Reading, _ table: AttributeTable
    ) throws -> String {
        var attributes: [String: Any] = [:]
        for (attribute, pair) in zip(table.attributes, zip(reading.beam, reading.ctc)) {
            attributes[attribute.name] = [
                "value": attribute.text(of: pair.0.answer), "probability": Double(pair.0.probability),
                "ctcValue": attribute.text(of: pair.1.answer), "ctcProbability": Double(pair.1.probability),
            ]
        }
        let object: [String: Any] = ["picture": name, "attributes": attributes]
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}

extension PersonAttribute {
    /// An answer in words.
    func text(of answer: AttributeAnswer) -> String {
        switch answer {
        case .no: "no"
        case .yes: "yes"
        case .value(let index): values[index]
        case .noColour: name.lowercased().contains("colo") ? "no colour" : "none"
        }
    }
}

internal import ArgumentParser
internal import Foundation
internal import Layers
internal import Model
internal import PersonData
internal import Tensors
internal import Training

/// `jcm inspect`: a recipe's model, layer by layer.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws a recipe's model with shapes, parameters and multiply-adds; takes no memory for it.")

    @OptionGroup var recipe: RecipeOptions

    @OptionGroup var dimensions: DimensionOptions

    @Flag(help: "Print the whole recipe, every setting with what it decides.")
    var settings = false

    func run() throws {
        let recipe = try recipe.resolve()
        if settings { return print(recipe.yaml) }
        let isPrepared = !recipe.data.prepared.isEmpty && FileManager.default.fileExists(atPath: recipe.data.prepared)
        let dimensions =
            isPrepared
            ? ModelFactory.dimensions(of: try ModelFactory.open(recipe))
            : self.dimensions.dimensions
        let microBatch = max(
            1, recipe.training.microBatch == 0 ? recipe.training.globalBatch : recipe.training.microBatch)
        let layers = LayerContext(microBatch: microBatch, team: .solo)
        let model: any TrainableModel =
            recipe.model.form == .jcm
            ? JCM(recipe.model, dimensions, layers) : Classifier(recipe.model, dimensions, layers)
        let lines = model.summary
        print(row("layer", "kind", "output", "parameters", "multiply-adds"))
        for line in lines {
            print(
                row(
                    line.name, line.kind, line.output.map(String.init).joined(separator: "×"),
                    grouped(line.parameters), grouped(line.multiplyAdds)))
        }
        let cnn = lines.filter { $0.name.hasPrefix("cnn.") }
        print("")
        for (name, part) in [("CNN", cnn), ("whole model", lines)] {
            let parameters = part.reduce(0) { $0 + $1.parameters }, work = part.reduce(0) { $0 + $1.multiplyAdds }
            print(row(name, "", "", grouped(parameters), grouped(work)))
        }
        let context = model.context
        print(
            "\nK = \(dimensions.labels), \(dimensions.identities) identities, longest sequence \(dimensions.longestSequence), "
                + "T = \(recipe.model.columns) columns of \(recipe.model.columnChannels)")
        print(
            "memory of a training rank at micro-batch \(microBatch): parameters, gradients and Adam "
                + "\(16 * context.parameters.bufferCount >> 20) MB, activations \(context.activations.bytes >> 20) MB")
    }

    private func row(_ name: String, _ kind: String, _ output: String, _ parameters: String, _ work: String) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return left(name, 36) + left(kind, 32) + left(output, 14) + right(parameters, 13) + right(work, 17)
    }

    /// `7,046,717,440`.
    private func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

internal import Checkpoints
internal import Foundation
internal import Kernels
internal import Layers
internal import Tensors

/// Takes a ResNet's weights that others trained into a checkpoint of the backbone.
public enum WeightImport {
    /// What was taken.
    public struct Summary: Sendable {
        /// What the file is.
        public let kind: String

        /// Tensors and elements that were taken.
        public let tensors: Int, elements: Int

        /// What the file holds besides: the classifier, mostly.
        public let unused: [String]

        /// The settings that differ from the recipe, as the weights want them.
        public let changes: [String]

        /// What pictures go through before the model.
        public let preprocessing: String

        /// Bytes of the checkpoint.
        public let bytes: Int
    }

    /// Writes the weights in `path` as a checkpoint for the model of `recipe` with `changes` ("key=value").
    ///
    /// Pixels and the place of the stride are those of the file's makers, unless `changes` name them. An ε of batch
    /// normalisation other than ours goes into the variance: σ² + ε = (σ² + ε − ε₀) + ε₀.
    public static func run(_ path: String, recipe name: String, changes: [String], output: String) throws -> Summary {
        let weights = try ForeignWeightsFile.open(path)
        let asked = Set(changes.map { $0.split(separator: "=")[0].trimmingCharacters(in: .whitespaces) })
        let (recipe, adopted) = try RecipeReader.adopting(
            weights.settings.filter { !asked.contains($0.key) }, in: RecipeReader.read(name, changes: changes),
            source: path)
        let (context, parts) = BackboneCheckpoint.parts(recipe)
        try check(weights, parts, path)
        let shift = Float(weights.epsilon - BatchNormalisation.epsilon)
        for part in parts {
            var values = try weights.values(of: part.name)
            if part.name.hasSuffix(".running_var") {
                for index in values.indices { values[index] += shift }
            }
            let isSound = values.allSatisfy { $0.isFinite && ($0 >= 0 || !part.name.hasSuffix(".running_var")) }
            guard isSound, values.count == part.entry.tensor.count else {
                throw TrainingError(
                    "\(path): \(part.name) holds what is no weight (not finite, or a variance below 0): the file is damaged"
                )
            }
            part.entry.tensor.assign(values)
        }
        let bytes = try BackboneCheckpoint.write(
            output, parts, recipe: recipe, source: "\(weights.kind): \((path as NSString).lastPathComponent)")
        return Summary(
            kind: weights.kind, tensors: parts.count,
            elements: withExtendedLifetime(context) { parts.reduce(0) { $0 + $1.entry.tensor.count } },
            unused: try weights.unused(besides: parts.map(\.name)), changes: adopted,
            preprocessing: RunCheckpoint.preprocessing(recipe), bytes: bytes)
    }

    /// Names and shapes of all parts, before a value is read.
    private static func check(
        _ weights: any ForeignWeights, _ parts: [BackboneCheckpoint.Part], _ path: String
    ) throws {
        var problems: [String] = []
        for part in parts {
            let expected = part.entry.tensor.shape.array
            guard let found = try weights.shape(of: part.name) else {
                problems.append("\(part.name) is missing")
                continue
            }
            if found != expected {
                let words = [found, expected].map { $0.map(String.init).joined(separator: "×") }
                problems.append("\(part.name) is \(words[0]), expected \(words[1])")
            }
        }
        guard problems.isEmpty else {
            let rest = problems.count > 3 ? ", and \(problems.count - 3) more" : ""
            throw TrainingError(
                "\(path): is another network than the recipe's (\(problems.prefix(3).joined(separator: "; "))\(rest)); "
                    + "change model.base_width and model.blocks, or take other weights")
        }
    }
}

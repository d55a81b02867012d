internal import Checkpoints
internal import Foundation

/// Writes a checkpoint's parameters and statistics as safetensors, under PyTorch's names and in its order.
public enum WeightExport {
    /// What was written: tensors, elements, bytes, and the pixels that they want.
    public struct Summary: Sendable {
        /// Tensors of the file, and their elements.
        public let tensors: Int, elements: Int

        /// Its size.
        public let bytes: Int

        /// What pictures go through before the model.
        public let preprocessing: String
    }

    /// Writes `checkpoint` to `output`; only the backbone, without the prefix `cnn.`, where `backboneOnly` or the
    /// checkpoint has nothing else: torchvision's names then.
    public static func run(_ checkpoint: String, backboneOnly: Bool, output: String) throws -> Summary {
        let file = try CheckpointFile(checkpoint)
        let recipe = try RunCheckpoint.recipe(of: file)
        let isBare = backboneOnly || (try? file.attribute("content", as: String.self)) == BackboneCheckpoint.content
        var (paths, entries): ([String], [SafetensorsWriter.Entry]) = ([], [])
        for path in try file.dataSets() {
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count == 2, parts[0] == "parameters" || parts[0] == "statistics" else { continue }
            if isBare && !parts[1].hasPrefix("cnn.") { continue }
            let (extents, layout) = try file.shape(of: path)
            let isKernel = layout == "OHWI" && extents.count == 4
            paths.append(path)
            entries.append(
                SafetensorsWriter.Entry(
                    isBare ? String(parts[1].dropFirst(4)) : parts[1],
                    shape: isKernel ? [extents[0], extents[3], extents[1], extents[2]] : extents))
        }
        guard !paths.isEmpty else { throw TrainingError("\(checkpoint): holds no parameters to write") }
        let settings = InitialWeights.bound.map { ($0, recipe.text(of: $0) ?? "") }
        var elements = 0
        let bytes = try SafetensorsWriter.write(
            output, entries,
            metadata: [("format", "pt"), ("preprocessing", RunCheckpoint.preprocessing(recipe))] + settings
        ) { index in
            let values = try file.values(of: paths[index])
            elements += values.count
            let (extents, layout) = try file.shape(of: paths[index])
            guard layout == "OHWI", extents.count == 4 else { return values }
            return ForeignWeightsFile.exchanged(
                values, outer: extents[0], rows: extents[1] * extents[2], columns: extents[3])
        }
        return Summary(
            tensors: entries.count, elements: elements, bytes: bytes,
            preprocessing: RunCheckpoint.preprocessing(recipe))
    }
}

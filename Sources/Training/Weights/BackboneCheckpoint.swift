internal import Checkpoints
internal import Foundation
internal import Layers
internal import Model
internal import Tensors

/// A checkpoint of a backbone's parameters and statistics alone, for `training.initial`.
enum BackboneCheckpoint {
    /// What its attribute `content` says.
    static let content = "backbone"

    /// A backbone's parameters and statistics with their names in torchvision.
    struct Part {
        let name: String
        let entry: CheckpointEntry
    }

    /// The backbone of a recipe, its memory taken, nothing of it computed yet.
    static func parts(_ recipe: Recipe) -> (context: LayerContext, parts: [Part]) {
        let context = LayerContext(microBatch: 1, team: .solo)
        _ = Backbone(recipe.model, context)
        context.parameters.commit(seed: UInt64(recipe.training.seed))
        let entries =
            RunCheckpoint.parameterEntries(context.parameters) + RunCheckpoint.statisticEntries(context.parameters)
        let parts = entries.map {
            Part(name: String($0.path.split(separator: "/")[1].dropFirst("cnn.".count)), entry: $0)
        }
        return (context, parts)
    }

    /// Writes the parts with what they need to be used rightly; returns the size in bytes.
    static func write(_ path: String, _ parts: [Part], recipe: Recipe, source: String) throws -> Int {
        try CheckpointWriter.write(
            path, parts.map(\.entry),
            attributes: [
                ("content", content), ("recipe", recipe.yaml), ("source", source),
                ("preprocessing", RunCheckpoint.preprocessing(recipe)),
                ("created", ISO8601DateFormatter().string(from: Date())),
            ])
    }
}

internal import Checkpoints
internal import Foundation
internal import Layers
internal import MPI
internal import Model

/// The weights that a run begins with, where its recipe names another checkpoint (`training.initial`).
enum InitialWeights {
    /// What weights of a backbone are bound to.
    static let bound = [
        "data.channel_order", "data.pixel_scale", "data.pixel_mean", "data.pixel_deviation", "model.stride_in",
    ]

    /// The recipe that the initial weights which `recipe` names were made with.
    ///
    /// A run that goes on from one of `checkpoints`, the newest first, has taken its weights: that checkpoint's own recipe
    /// counts then, and the weights may be gone.
    static func source(of recipe: Recipe, goingOnFrom checkpoints: [String] = []) throws -> Recipe {
        for path in checkpoints {
            guard let own = try? RunCheckpoint.recipe(of: CheckpointFile(path)) else { continue }
            if own.training.initial == recipe.training.initial { return own }
        }
        return try RunCheckpoint.recipe(of: CheckpointFile(recipe.training.initial))
    }

    /// The recipe with the pixels and the stride of `source`, which its initial weights want, and a line for each change.
    static func adopt(_ source: Recipe, in recipe: Recipe) throws -> (recipe: Recipe, changes: [String]) {
        let settings = bound.map { (key: $0, value: source.text(of: $0) ?? "") }
        return try RecipeReader.adopting(settings, in: recipe, source: recipe.training.initial)
    }

    /// The same for the initial weights that `recipe` names, if it names any; rank 0 alone looks at files; collective.
    static func adopt(
        _ recipe: Recipe, goingOnFrom checkpoints: [String], over world: Communicator
    ) throws -> (recipe: Recipe, changes: [String]) {
        guard !recipe.training.initial.isEmpty else { return (recipe, []) }
        let text = try world.agree {
            world.rank == 0 ? try source(of: recipe, goingOnFrom: checkpoints).yaml : ""
        }
        let shared = try world.broadcast(text)
        return try world.agree {
            try adopt(RecipeReader.read(text: shared, source: recipe.training.initial), in: recipe)
        }
    }

    /// Loads what agrees in name and shape; returns lines that say what was taken, and what was not.
    ///
    /// Throws where nothing agrees.
    static func load(_ path: String, into model: any TrainableModel) throws -> [String] {
        let file = try CheckpointFile(path)
        let store = model.context.parameters
        let entries = RunCheckpoint.parameterEntries(store) + RunCheckpoint.statisticEntries(store)
        let (read, otherShapes) = try file.readMatching(entries)
        guard !read.isEmpty else {
            throw TrainingError(
                "training.initial: \(path) has no tensor of the recipe's model; name a checkpoint of the same backbone")
        }
        let known = Set(entries.map(\.path))
        let taken = Set(read)
        let fresh = entries.map(\.path).filter { !taken.contains($0) }
        let unused = try file.dataSets().filter { !known.contains($0) && !$0.hasPrefix("/adam/") }
        var lines = ["begins with \(read.count) of its \(entries.count) tensors from \(path)"]
        if !otherShapes.isEmpty { lines.append("  there of another shape, drawn anew: \(listed(otherShapes))") }
        let missing = fresh.filter { path in !otherShapes.contains { $0.hasPrefix(path + " ") } }
        if !missing.isEmpty { lines.append("  not there, drawn anew: \(listed(missing))") }
        if !unused.isEmpty { lines.append("  there, but of no use here: \(listed(unused))") }
        return lines
    }

    /// The first of a list of paths, and how many follow.
    private static func listed(_ paths: [String]) -> String {
        let names = paths.prefix(4).map { $0.split(separator: "/").dropFirst().joined(separator: "/") }
        return names.joined(separator: ", ") + (paths.count > 4 ? " and \(paths.count - 4) more" : "")
    }
}

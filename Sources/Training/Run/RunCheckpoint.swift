internal import Checkpoints
internal import Foundation
internal import Layers
public import Model
public import PersonData
internal import Tensors

/// What a checkpoint says of its run, beside the tensors.
public struct RunState: Equatable, Sendable {
    /// Steps that were taken.
    public var step = 0

    /// Whether the run has reached its end.
    public var isFinished = false

    /// Mean losses of the steps before the last printed line.
    public var losses = LossParts()
}

/// A run's checkpoints: which tensors under which names (checkpoints/README.md is the description for readers).
public struct RunCheckpoint {
    /// The recipe, the mapping table and the dimensions that a checkpoint was written with.
    public struct Description {
        /// The file.
        public let path: String

        /// The resolved recipe.
        public let recipe: Recipe

        /// The mapping table of the labels.
        public let table: AttributeTable

        /// K, identities, longest sequence.
        public let dimensions: ModelDimensions

        /// Where the run stood.
        public let state: RunState

        /// The last losses, and what an identity head that knows nothing has: ln(identities).
        public var finalLosses: [String: Double] {
            [
                "identityLoss": state.losses.identity, "ctcLoss": state.losses.ctc,
                "attentionLoss": state.losses.attention, "untrainedIdentityLoss": log(Double(dimensions.identities)),
            ]
        }
    }

    /// Reads what a checkpoint says of itself; no tensors.
    public static func describe(_ path: String) throws -> Description { try Description(facts(path)) }

    /// The recipe that a checkpoint was written with.
    static func recipe(of file: CheckpointFile) throws -> Recipe {
        try recipe(text: file.attribute("recipe"), of: file.path)
    }

    /// The same from the attribute's text.
    static func recipe(text: String, of path: String) throws -> Recipe {
        let source = "\(path), attribute recipe"
        let recipe = try RecipeReader.read(text: text, source: source)
        try RecipeCheck.check(recipe, source: source)
        return recipe
    }

    /// Loads parameters and running statistics for inference.
    public static func loadWeights(_ path: String, into model: any TrainableModel) throws {
        let entries = parameterEntries(model.context.parameters) + statisticEntries(model.context.parameters)
        try CheckpointFile(path).read(entries, owned: ["/parameters/", "/statistics/"])
    }

    /// Writes the whole state; rank 0 alone calls it. Returns the size in bytes.
    static func write(
        _ path: String, _ state: RunState, recipe: Recipe, table: AttributeTable, trainingPictures: Int,
        ranks: Int, step: TrainingStep
    ) throws -> Int {
        let dimensions = step.model.dimensions
        return try CheckpointWriter.write(
            path, entries(step),
            attributes: [
                ("step", state.step), ("finished", state.isFinished ? 1 : 0),
                ("loss_identity", state.losses.identity), ("loss_ctc", state.losses.ctc),
                ("loss_attention", state.losses.attention), ("position", state.step * recipe.training.globalBatch),
                ("epoch", Double(state.step * recipe.training.globalBatch) / Double(trainingPictures)),
                ("random_seed", recipe.training.seed), ("training_pictures", trainingPictures),
                ("labels", dimensions.labels), ("identities", dimensions.identities),
                ("longest_sequence", dimensions.longestSequence), ("ranks", ranks), ("recipe", recipe.yaml),
                ("attribute_table", table.json), ("preprocessing", preprocessing(recipe)),
                ("created", ISO8601DateFormatter().string(from: Date())),
            ])
    }

    /// Reads the whole state into `step`, if the checkpoint belongs to this run; rank 0 alone calls it.
    static func read(
        _ path: String, recipe: Recipe, table: AttributeTable, trainingPictures: Int, into step: TrainingStep
    ) throws -> RunState {
        let description = try describe(path)
        let differences = recipe.differences(from: description.recipe)
        guard differences.isEmpty else {
            let shown = differences.prefix(3).joined(separator: "; ")
            throw TrainingError(
                "\(path): belongs to another recipe (\(shown)); take its recipe, or another run folder")
        }
        guard description.table == table else {
            throw TrainingError(
                "\(path): was trained with another attribute table (\(description.table.attributes.count) attributes, "
                    + "\(description.table.tokenCount) labels; the data have \(table.attributes.count) and "
                    + "\(table.tokenCount)); name the prepared file it was trained on, or another run folder")
        }
        let file = try CheckpointFile(path)
        let pictures: Int = try file.attribute("training_pictures")
        guard pictures == trainingPictures else {
            throw TrainingError(
                "\(path): was trained on \(pictures) pictures, the prepared file has \(trainingPictures); name the file "
                    + "it was trained on, or another run folder")
        }
        try file.read(entries(step), owned: ["/parameters/", "/statistics/", "/adam/"])
        return description.state
    }

    /// What the pictures went through before the model saw them.
    static func preprocessing(_ recipe: Recipe) -> String { recipe.data.pixels.description + "; pillow-bilinear" }

    private static func entries(_ step: TrainingStep) -> [CheckpointEntry] {
        let store = step.model.context.parameters
        let moments = [
            ("first_moment", step.optimiser.firstMoment), ("second_moment", step.optimiser.secondMoment),
        ].flatMap { name, moment in
            store.parameters.map {
                CheckpointEntry(
                    "/adam/\(name)/\($0.name)", step.optimiser.part(moment, of: $0), layout: layout(of: $0))
            }
        }
        return parameterEntries(store) + statisticEntries(store) + moments
    }

    static func parameterEntries(_ store: ParameterStore) -> [CheckpointEntry] {
        store.parameters.map { CheckpointEntry("/parameters/\($0.name)", $0.values, layout: layout(of: $0)) }
    }

    static func statisticEntries(_ store: ParameterStore) -> [CheckpointEntry] {
        store.statistics.map { CheckpointEntry("/statistics/\($0.name)", $0.running) }
    }

    private static func layout(of parameter: Parameter) -> String? {
        parameter.layout == .plain ? nil : parameter.layout.rawValue
    }
}

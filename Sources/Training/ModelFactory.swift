internal import Glibc
internal import Layers
public import Model
public import PersonData
public import Tensors

/// Builds the model that a recipe and prepared data describe.
public enum ModelFactory {
    /// What the data decide: K, the training identities, the longest sequence.
    public static func dimensions(of data: PreparedFileReader) -> ModelDimensions {
        ModelDimensions(
            labels: data.table.tokenCount, identities: data.trainIdentityCount,
            longestSequence: data.longestSequence)
    }

    /// Opens the recipe's prepared file with the recipe's mapping table, and checks that both fit together.
    public static func open(_ recipe: Recipe) throws -> PreparedFileReader {
        guard !recipe.data.prepared.isEmpty else {
            throw TrainingError(
                "data.prepared: no prepared file is named; run 'jcm prepare' and name its output in the recipe, or by "
                    + "--set data.prepared=FILE")
        }
        let pixels = recipe.data.pixels
        let stored = try PreparedFileReader(recipe.data.prepared, pixels: pixels)
        var table = stored.table
        for name in recipe.data.leaveOut {
            guard table.attributes.contains(where: { $0.name == name }) else {
                let names = stored.table.attributes.map(\.name).joined(separator: ", ")
                throw TrainingError(
                    "data.leave_out: \(recipe.data.prepared) has no attribute '\(name)'; it has \(names)")
            }
            table = try table.without(name)
        }
        if recipe.data.orderSeed != 0 { table = table.reordered(seed: UInt64(recipe.data.orderSeed)) }
        if recipe.data.allValues { table = table.withAllValues(true) }
        let validation = recipe.data.validationIdentities
        let data =
            table == stored.table && validation == 0
            ? stored
            : try PreparedFileReader(
                recipe.data.prepared, table: table, pixels: pixels, validationIdentities: validation)
        try check(recipe.model, data)
        return data
    }

    /// JCM with memory and first values, for micro-batches of up to `microBatch` pictures.
    ///
    /// Throws where it takes more than the machine has: before the kernel ends the process without a word.
    public static func build(
        _ recipe: Recipe, _ dimensions: ModelDimensions, microBatch: Int, team: WorkerTeam
    ) throws(TrainingError) -> JCM {
        let model = JCM(recipe.model, dimensions, LayerContext(microBatch: microBatch, team: team))
        try commit(model, recipe, microBatch: microBatch)
        return model
    }

    /// The classifier of pre-training, in the same way.
    public static func buildClassifier(
        _ recipe: Recipe, _ dimensions: ModelDimensions, microBatch: Int, team: WorkerTeam
    ) throws(TrainingError) -> Classifier {
        let model = Classifier(recipe.model, dimensions, LayerContext(microBatch: microBatch, team: team))
        try commit(model, recipe, microBatch: microBatch)
        return model
    }

    /// The model of the recipe's form, in the same way.
    public static func buildTrainable(
        _ recipe: Recipe, _ dimensions: ModelDimensions, microBatch: Int, team: WorkerTeam
    ) throws(TrainingError) -> any TrainableModel {
        switch recipe.model.form {
        case .jcm: try build(recipe, dimensions, microBatch: microBatch, team: team)
        case .classifier: try buildClassifier(recipe, dimensions, microBatch: microBatch, team: team)
        }
    }

    private static func commit(
        _ model: any TrainableModel, _ recipe: Recipe, microBatch: Int
    ) throws(TrainingError) {
        let needed = 8 * model.context.parameters.bufferCount + model.context.activations.bytes
        let present = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        guard needed <= present else {
            throw TrainingError(
                "the model takes \(needed >> 20) MB a rank at micro-batches of \(microBatch) pictures, this machine has "
                    + "\(present >> 20) MB; lower training.micro_batch (evaluation.batch), or take a smaller model")
        }
        model.context.commit(seed: UInt64(recipe.training.seed))
    }

    private static func check(_ model: ModelConfiguration, _ data: PreparedFileReader) throws {
        guard data.height == model.inputHeight, data.width == model.inputWidth else {
            throw TrainingError(
                "\(data.path): pictures are \(data.height)×\(data.width), the recipe's model takes "
                    + "\(model.inputHeight)×\(model.inputWidth); prepare them with --height \(model.inputHeight) "
                    + "--width \(model.inputWidth), or change model.input_height and model.input_width")
        }
        guard model.form == .classifier || data.table.tokenCount > 0 else {
            throw TrainingError(
                "\(data.path): holds classes without attributes (\(data.provenance.source)), which JCM cannot learn; "
                    + "pre-train with model.form=classifier, as recipes/imagenet.yaml does")
        }
        guard data.longestSequence <= model.columns else {
            throw TrainingError(
                "\(data.path): the longest label sequence has \(data.longestSequence) labels, CTC over the model's "
                    + "\(model.columns) columns holds at most \(model.columns); raise model.input_width to "
                    + "\(4 * data.longestSequence) or leave attributes out")
        }
    }
}

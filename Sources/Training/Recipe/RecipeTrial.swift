internal import Foundation
internal import Layers
public import Model

/// What a recipe would train, found out without memory for it.
public struct RecipeTrial: Sendable {
    /// K, identities and longest sequence, of the prepared file where there is one.
    public let dimensions: ModelDimensions

    /// Parameters of the model.
    public let parameters: Int

    /// Memory of a training rank: parameters, gradients, Adam's moments, activations.
    public let megabytes: Int

    /// Training pictures of the prepared file; nil where there is none yet.
    public let trainingPictures: Int?

    /// Tries `recipe` on `ranks` ranks, with `assumed` dimensions where its prepared file is not there.
    ///
    /// Throws where the ranks cannot share the global batch, the prepared file does not fit or, with `needsData`, is
    /// missing, or the columns do not hold the longest sequence.
    public init(
        _ recipe: Recipe, assuming assumed: ModelDimensions, ranks: Int = 1, needsData: Bool = false
    ) throws {
        let (microBatch, _) = try RecipeCheck.microBatches(recipe.training, ranks: ranks)
        let path = recipe.data.prepared
        let isThere = !path.isEmpty && FileManager.default.fileExists(atPath: path)
        if isThere || needsData {
            let data = try ModelFactory.open(recipe)
            try Trainer.check(data, recipe, ranks: ranks)
            (dimensions, trainingPictures) = (ModelFactory.dimensions(of: data), data.indices(of: .train).count)
        } else {
            (dimensions, trainingPictures) = (assumed, nil)
            guard assumed.longestSequence <= recipe.model.columns else {
                throw TrainingError(
                    "model.input_width: \(recipe.model.inputWidth); CTC over \(recipe.model.columns) columns holds at "
                        + "most \(recipe.model.columns) labels, the longest sequence has \(assumed.longestSequence); "
                        + "raise it to \(4 * assumed.longestSequence), or leave attributes out")
            }
        }
        let model = JCM(recipe.model, dimensions, LayerContext(microBatch: microBatch, team: .solo))
        parameters = model.summary.reduce(0) { $0 + $1.parameters }
        megabytes = (16 * model.context.parameters.bufferCount + model.context.activations.bytes) >> 20
    }
}

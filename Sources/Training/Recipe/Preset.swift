internal import Model

/// The recipes that others begin from.
public enum Preset: String, Sendable, CaseIterable {
    /// The paper's model and training, to the letter of SPEC §1.
    case paper

    /// A model that learns in minutes on two cores.
    case small

    /// A model for tests: learns nothing worth having, in no time.
    case tiny

    /// The preset's recipe.
    public var recipe: Recipe {
        switch self {
        case .paper: return Recipe()
        case .small: return Self.smallRecipe
        case .tiny: return Self.tinyRecipe
        }
    }

    /// Departures from the paper, each for a measured reason (docs/decisions): from scratch, in minutes, post-norm with
    /// a rate of 1e-4 learns a constant sequence; without the two normalisations FC0's rectifiers die under a rate of
    /// 1e-3; statistics over 8 pictures cost 10 points of rank-1, so they span the ranks.
    private static var smallRecipe: Recipe {
        var recipe = Recipe()
        recipe.preset = .small
        recipe.model.inputHeight = 96
        recipe.model.inputWidth = 48
        recipe.model.baseWidth = 16
        recipe.model.blocks = [1, 1, 1, 1]
        recipe.model.columnNorm = true
        recipe.model.width = 128
        recipe.model.encoderLayers = 1
        recipe.model.decoderLayers = 1
        recipe.model.heads = 4
        recipe.model.feedForward = 512
        recipe.model.preNorm = true
        recipe.model.identityWidth = 128
        recipe.model.identityNorm = true
        recipe.training.epochs = 22
        recipe.training.globalBatch = 16
        recipe.training.microBatch = 0
        recipe.training.learningRate = 1e-3
        recipe.training.warmupSteps = 100
        recipe.training.schedule = .cosine
        recipe.training.lambda = 2
        recipe.training.weightDecay = 3e-4
        recipe.training.batchNorm = .global
        recipe.checkpoint.everyMinutes = 1
        recipe.logEverySteps = 100
        recipe.evaluation.feature = .fc0
        return recipe
    }

    private static var tinyRecipe: Recipe {
        var recipe = smallRecipe
        recipe.preset = .tiny
        recipe.model.inputHeight = 64
        recipe.model.inputWidth = 48
        recipe.model.baseWidth = 4
        recipe.model.width = 16
        recipe.model.feedForward = 32
        recipe.model.identityWidth = 16
        recipe.training.epochs = 2
        recipe.training.globalBatch = 8
        recipe.training.warmupSteps = 4
        recipe.logEverySteps = 1
        recipe.checkpoint.everyMinutes = 0
        return recipe
    }
}

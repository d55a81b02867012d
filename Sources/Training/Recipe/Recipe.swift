public import DataParallel
public import Model
public import PersonData

/// Everything that decides a run: model, data, optimisation, checkpoints, evaluation. A value; YAML is its text.
public struct Recipe: Equatable, Sendable {
    /// The preset that the recipe began from: `paper`, `small` or `tiny`.
    public var preset = Preset.paper

    /// The model's shape.
    public var model = ModelConfiguration()

    /// Where the pictures are, and which labels of them are used.
    public var data = DataSettings()

    /// Losses and optimisation.
    public var training = TrainingSettings()

    /// When the run is saved.
    public var checkpoint = CheckpointSettings()

    /// Logging and evaluation.
    public var evaluation = EvaluationSettings()

    /// Steps from one printed line to the next.
    public var logEverySteps = 20

    /// The paper's recipe.
    public init() {}
}

/// Where a run's pictures are, and how their labels become sequences.
public struct DataSettings: Equatable, Sendable {
    /// The prepared HDF5 file.
    public var prepared = ""

    /// Attributes left out of the mapping table.
    public var leaveOut: [String] = []

    /// Seed of a permutation of the table's attributes; 0 keeps the table's order.
    public var orderSeed = 0

    /// Training people set aside for validation: they become the queries and the gallery, and the test people are not
    /// touched. 0 keeps the data's own test.
    public var validationIdentities = 0

    /// Whether both values of a yes/no attribute have a token.
    public var allValues = false

    /// Whether training pictures are mirrored, each with probability ½.
    public var flip = true

    /// What the pictures' bytes become.
    public var pixels = PixelConvention()
}

/// How the model is trained.
public struct TrainingSettings: Equatable, Sendable {
    /// How the learning rate changes.
    public enum Schedule: String, Sendable, CaseIterable {
        /// rate · factor^⌊epoch / epochs⌋.
        case step

        /// Half a cosine from the rate down to a fraction of it.
        case cosine

        /// No change.
        case constant
    }

    /// Over which pictures a batch is normalised.
    public enum BatchNormScope: String, Sendable, CaseIterable {
        /// Over each micro-batch by itself.
        case microBatch = "micro_batch"

        /// Over the micro-batches that all ranks compute at the same time.
        case global
    }

    /// Whether gradients travel beside backward, on a thread of its own. `auto`: they do where the ranks are on several nodes,
    /// and lie in shared memory where they are on one.
    public enum Overlap: String, Sendable, CaseIterable { case auto, on, off }

    /// A checkpoint whose parameters and statistics the run begins with, where names and shapes agree; "" = none.
    public var initial = ""

    /// Seed of all random numbers of the run.
    public var seed = 1

    /// Passes over the training pictures; may be a fraction.
    public var epochs = 200.0

    /// Pictures of a step, over all ranks.
    public var globalBatch = 64

    /// Pictures of one forward pass; 0 = the global batch's share of a rank.
    public var microBatch = 8

    /// Adam's rate, decays and ε.
    public var learningRate = 1e-4, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8

    /// L2 penalty added to the gradient.
    public var weightDecay = 0.0

    /// Largest norm of the whole gradient; 0 = no clip.
    public var gradientClip = 0.0

    /// Steps in which the rate rises linearly from 0.
    public var warmupSteps = 0

    /// The schedule, and its parameters.
    public var schedule = Schedule.step, decayFactor = 0.9, decayEpochs = 10, finalFraction = 0.02

    /// λ of L = λ·L_ID + L_CTC + L_AT.
    public var lambda = 4.0

    /// Weight of L_CTC + L_AT; 0 trains the identity alone.
    public var attributeWeight = 1.0

    /// ε of label smoothing in L_AT.
    public var labelSmoothing = 0.0

    /// Over which pictures a batch is normalised.
    public var batchNorm = BatchNormScope.microBatch

    /// How gradients are summed over ranks, in buckets of how many megabytes, and whether beside backward.
    public var reduction = ReductionAlgorithm.tree, bucketMegabytes = 4, overlap = Overlap.auto
}

/// When a run is saved, and how much of it is kept.
public struct CheckpointSettings: Equatable, Sendable {
    /// Steps between checkpoints; 0 = none but at the end and on request.
    public var everySteps = 0

    /// Minutes between checkpoints; 0 = by steps alone.
    public var everyMinutes = 10.0

    /// Checkpoints that are kept, the newest.
    public var keep = 3
}

/// How a trained model is evaluated.
public struct EvaluationSettings: Equatable, Sendable {
    /// Beam search: width, length penalty, most tokens, and whether a token may occur only once.
    public var beamWidth = 4, lengthPenalty = 0.6, maximumTokens = 28, eachTokenOnce = true

    /// Pictures of one forward pass.
    public var batch = 32

    /// A re-identification feature.
    public enum Feature: String, Sendable, CaseIterable {
        /// The flattened columns: the paper's (D, 57344).
        case columns

        /// FC0's output: the paper's (D, 1024).
        case fc0
    }

    /// The feature whose figures lead the results; those of the other stand beside them.
    public var feature = Feature.columns

    /// When figures after k-reciprocal re-ranking stand beside the plain ones.
    public enum Reranking: String, Sendable, CaseIterable {
        /// On Market-1501 and DukeMTMC-reID, as the paper.
        case auto
        case on, off
    }

    /// When results are re-ranked.
    public var rerank = Reranking.auto

    /// Re-ranking: nearest pictures for reciprocal neighbours and for the expansion, and the original distance's weight.
    public var rerankK1 = 20, rerankK2 = 6, rerankLambda = 0.3
}

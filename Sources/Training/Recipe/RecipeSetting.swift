internal import DataParallel
internal import Layers
internal import Model
internal import PersonData

/// A setting of a recipe: its key, what it says, and where in the recipe it lies. All keys are declared here, once:
/// reading, `--set`, writing, suggestions and the comparison at resume all go through the list.
public struct RecipeSetting: Sendable {
    /// The key: `training.learning_rate`.
    public let key: String

    /// What it decides, in a line.
    public let summary: String

    /// Whether a run may be resumed with another value: it changes nothing that is computed.
    public let isFree: Bool

    /// What a value must look like.
    public let expectation: String

    let read: @Sendable (Recipe) -> String
    let write: @Sendable (inout Recipe, RecipeText) -> Bool

    private init<Value: RecipeValue>(
        _ key: String, _ path: WritableKeyPath<Recipe, Value> & Sendable, _ summary: String, isFree: Bool = false
    ) {
        (self.key, self.summary, self.isFree) = (key, summary, isFree)
        expectation = Value.expectation
        read = { $0[keyPath: path].recipeText }
        write = { recipe, text in
            guard let value = Value(recipeText: text) else { return false }
            recipe[keyPath: path] = value
            return true
        }
    }

    /// Every setting, by section.
    public static let all: [RecipeSetting] = model + data + training + checkpoint + other

    private static let model: [RecipeSetting] = [
        .init("model.form", \.model.form, "jcm, or classifier: columns averaged, one linear layer"),
        .init("model.input_height", \.model.inputHeight, "pixels; the prepared file has the same"),
        .init("model.input_width", \.model.inputWidth, "pixels; columns T = a quarter of it"),
        .init("model.base_width", \.model.baseWidth, "channels of the stem; a column has 32 times as many"),
        .init("model.blocks", \.model.blocks, "bottlenecks of stages 1 to 4"),
        .init("model.strided_stages", \.model.stridedStages, "stages whose first block has stride (2, 1)"),
        .init("model.stride_in", \.model.strideIn, "conv1 (v1, the paper) or conv2 (v1.5, torchvision)"),
        .init("model.column_pooling", \.model.columnPooling, "how a column becomes one vector: mean or max"),
        .init("model.column_norm", \.model.columnNorm, "batch norm on the columns, before all heads"),
        .init("model.recurrent_cell", \.model.recurrentCell, "lstm or gru"),
        .init("model.recurrent_layers", \.model.recurrentLayers, "bidirectional layers"),
        .init("model.width", \.model.width, "D: output of the recurrent layers, d_model of the Transformer"),
        .init("model.encoder_layers", \.model.encoderLayers, "layers of the Transformer's encoder"),
        .init("model.decoder_layers", \.model.decoderLayers, "layers of the Transformer's decoder"),
        .init("model.heads", \.model.heads, "heads of each attention"),
        .init("model.feed_forward", \.model.feedForward, "width of the feed-forward networks"),
        .init("model.dropout", \.model.dropout, "probability of a zero in the Transformer"),
        .init("model.pre_norm", \.model.preNorm, "layer norm before each sub-layer (paper: after)"),
        .init("model.positions", \.model.positions, "sinusoidal or learned"),
        .init("model.identity_width", \.model.identityWidth, "outputs of FC0"),
        .init("model.identity_norm", \.model.identityNorm, "batch norm between FC0 and its rectifier"),
    ]

    private static let data: [RecipeSetting] = [
        .init("data.prepared", \.data.prepared, "the prepared HDF5 file", isFree: true),
        .init("data.leave_out", \.data.leaveOut, "attributes left out of the mapping table"),
        .init("data.order_seed", \.data.orderSeed, "permutes the mapping table; 0 keeps its order"),
        .init(
            "data.validation_identities", \.data.validationIdentities,
            "training people set aside as queries and gallery; 0 = the data's test"),
        .init("data.all_values", \.data.allValues, "a token for 'no' of yes/no attributes, too"),
        .init("data.flip", \.data.flip, "mirror training pictures at random"),
        .init("data.channel_order", \.data.pixels.order, "what the network sees: rgb or bgr"),
        .init("data.pixel_scale", \.data.pixels.scale, "bytes are divided by it,"),
        .init("data.pixel_mean", \.data.pixels.mean, "made less by this a channel,"),
        .init("data.pixel_deviation", \.data.pixels.deviation, "and divided by this"),
    ]

    private static let training: [RecipeSetting] = [
        .init("training.initial", \.training.initial, "checkpoint to take weights from, by name"),
        .init("training.seed", \.training.seed, "of all random numbers of the run"),
        .init("training.epochs", \.training.epochs, "passes over the training pictures"),
        .init("training.global_batch", \.training.globalBatch, "pictures of a step, over all ranks"),
        .init("training.micro_batch", \.training.microBatch, "pictures of one forward pass; 0 = all of a rank's"),
        .init("training.learning_rate", \.training.learningRate, "Adam's rate"),
        .init("training.beta1", \.training.beta1, "Adam's first decay"),
        .init("training.beta2", \.training.beta2, "Adam's second decay"),
        .init("training.epsilon", \.training.epsilon, "Adam's ε"),
        .init("training.weight_decay", \.training.weightDecay, "L2 penalty, added to the gradient"),
        .init("training.gradient_clip", \.training.gradientClip, "largest gradient norm; 0 = no clip"),
        .init("training.warmup_steps", \.training.warmupSteps, "steps in which the rate rises from 0"),
        .init("training.schedule", \.training.schedule, "step, cosine or constant"),
        .init("training.decay_factor", \.training.decayFactor, "step schedule: factor of each decay"),
        .init("training.decay_epochs", \.training.decayEpochs, "step schedule: epochs from decay to decay"),
        .init("training.final_fraction", \.training.finalFraction, "cosine schedule: last rate / first rate"),
        .init("training.lambda", \.training.lambda, "λ, the weight of the identity loss"),
        .init("training.attribute_weight", \.training.attributeWeight, "weight of L_CTC + L_AT"),
        .init("training.label_smoothing", \.training.labelSmoothing, "ε of label smoothing in L_AT"),
        .init("training.batch_norm", \.training.batchNorm, "statistics over micro_batch or global"),
        .init("training.reduction", \.training.reduction, "tree: the same bits in any layout; mpi: MPI's own order"),
        .init("training.bucket_megabytes", \.training.bucketMegabytes, "gradients reduced at a time", isFree: true),
        .init("training.overlap", \.training.overlap, "messages beside backward; auto: none on one node", isFree: true),
    ]

    private static let checkpoint: [RecipeSetting] = [
        .init("checkpoint.every_steps", \.checkpoint.everySteps, "0 = not by steps", isFree: true),
        .init("checkpoint.every_minutes", \.checkpoint.everyMinutes, "0 = not by time", isFree: true),
        .init("checkpoint.keep", \.checkpoint.keep, "newest checkpoints that are kept", isFree: true),
    ]

    private static let other: [RecipeSetting] = [
        .init("evaluation.beam_width", \.evaluation.beamWidth, "beam search: live sequences", isFree: true),
        .init("evaluation.length_penalty", \.evaluation.lengthPenalty, "beam search: α", isFree: true),
        .init("evaluation.maximum_tokens", \.evaluation.maximumTokens, "beam search: longest sequence", isFree: true),
        .init("evaluation.each_token_once", \.evaluation.eachTokenOnce, "beam search: no token twice", isFree: true),
        .init("evaluation.batch", \.evaluation.batch, "pictures of one forward pass", isFree: true),
        .init("evaluation.feature", \.evaluation.feature, "re-ID feature that leads: columns or fc0", isFree: true),
        .init("evaluation.rerank", \.evaluation.rerank, "re-ranked figures, too: auto = Market, Duke", isFree: true),
        .init("evaluation.rerank_k1", \.evaluation.rerankK1, "re-ranking: nearest for reciprocity", isFree: true),
        .init("evaluation.rerank_k2", \.evaluation.rerankK2, "re-ranking: nearest for the expansion", isFree: true),
        .init("evaluation.rerank_lambda", \.evaluation.rerankLambda, "re-ranking: original's weight", isFree: true),
        .init("log.every_steps", \.logEverySteps, "steps from line to line", isFree: true),
    ]
}

extension StridePlace: RecipeValue {}
extension PixelConvention.Order: RecipeValue {}
extension ColumnPool.Method: RecipeValue {}
extension RecurrentLayer.Cell: RecipeValue {}
extension Positions.Method: RecipeValue {}
extension TrainingSettings.Schedule: RecipeValue {}
extension TrainingSettings.BatchNormScope: RecipeValue {}
extension TrainingSettings.Overlap: RecipeValue {}
extension EvaluationSettings.Feature: RecipeValue {}
extension EvaluationSettings.Reranking: RecipeValue {}
extension ReductionAlgorithm: RecipeValue {}
extension ModelForm: RecipeValue {}

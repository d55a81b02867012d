internal import Layers
public import Model
public import Tensors

/// What evaluation computes of a batch of pictures: column features, FC0, CTC posteriors, and the decoder's logits of given
/// sequences; batch normalisation with running statistics, no dropout.
public final class InferenceBenchmark {
    private let model: JCM
    private let arena = Arena("benchmark")
    private let pictures: Tensor
    private let sequences: [[Int]]

    /// A batch of `batch` made-up pictures for a model of `configuration`.
    public init(
        _ configuration: ModelConfiguration, labels: Int, identities: Int, sequenceLength: Int, batch: Int,
        team: WorkerTeam
    ) {
        let dimensions = ModelDimensions(labels: labels, identities: identities, longestSequence: sequenceLength)
        let context = LayerContext(microBatch: batch, team: team)
        model = JCM(configuration, dimensions, context)
        let slot = arena.reserve(Shape(batch, configuration.inputHeight, configuration.inputWidth, 3))
        arena.commit()
        context.commit(seed: 1)
        pictures = slot.tensor
        var random = RandomStream(seed: 1, .test)
        for index in 0..<pictures.count { pictures[index] = random.normal() }
        sequences = (0..<batch).map { _ in (1...sequenceLength).map { min($0, labels) } }
    }

    /// Runs the batch once.
    public func run() {
        let columns = model.columns(pictures, .inference)
        let sequence = model.sequenceFeatures(columns, .inference)
        _ = model.ctcPosteriors(sequence)
        _ = model.decoderLogits(sequence, sequences, .inference)
        _ = model.identityFeature(columns, .inference)
    }
}

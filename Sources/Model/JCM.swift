internal import Kernels
public import Layers
public import Tensors

/// The joint CTC-Attention model (Liu et al. 2018, arXiv 1811.08115; SPEC §1).
///
/// pictures → backbone → columns → { BiRNN → { CTC head, Transformer → F }, dense model }.
public final class JCM {
    /// Its shape.
    public let configuration: ModelConfiguration

    /// What the data decided.
    public let dimensions: ModelDimensions

    /// Parameters, activations, threads.
    public let context: LayerContext

    private let backbone: Backbone
    private let columnPool: ColumnPool
    private let columnNorm: BatchNormLayer?
    private let recurrent: [RecurrentLayer]
    private let ctcHead: Linear
    let attentionModel: AttentionModel
    private let identityHead: IdentityHead

    /// Registers the whole model in `context`; it can compute once the context is committed.
    public init(_ configuration: ModelConfiguration, _ dimensions: ModelDimensions, _ context: LayerContext) {
        let (columns, channels) = (configuration.columns, configuration.columnChannels)
        backbone = Backbone(configuration, context)
        columnPool = ColumnPool(
            "columns", configuration.columnPooling, columns: columns, channels: channels, context)
        columnNorm =
            configuration.columnNorm
            ? BatchNormLayer(
                "column_norm", rows: columns, channels: channels, affine: false, rectified: false, context)
            : nil
        recurrent = (0..<configuration.recurrentLayers).map {
            RecurrentLayer(
                "birnn", index: $0, cell: configuration.recurrentCell, columns: columns,
                inputs: $0 == 0 ? channels : configuration.width, hidden: configuration.width / 2, context)
        }
        ctcHead = Linear(
            "ctc", rows: columns, inputs: configuration.width, outputs: dimensions.labels + 1, context)
        attentionModel = AttentionModel(configuration, dimensions, context)
        identityHead = IdentityHead(configuration, identities: dimensions.identities, context)
        (self.configuration, self.dimensions, self.context) = (configuration, dimensions, context)
    }

    /// Its lines in the order of forward.
    public var summary: [LayerSummary] {
        backbone.summary + columnPool.summary + (columnNorm?.summary ?? []) + recurrent.flatMap(\.summary)
            + ctcHead.summary + attentionModel.summary + identityHead.summary
    }

    /// The column features [N, T, C]: flattened, the paper's larger re-ID feature.
    public func columns(_ pictures: Tensor, _ pass: Pass) -> Tensor {
        let pooled = backbone.columns(pictures, columnPool, pass)
        return columnNorm?.forward(pooled, pass) ?? pooled
    }

    /// FC0's output [N, 1, F] for column features: the paper's smaller re-ID feature.
    public func identityFeature(_ columns: Tensor, _ pass: Pass) -> Tensor {
        identityHead.feature(columns, pass)
    }

    /// Logits of the identities [N, 1, I] for column features.
    public func identityLogits(_ columns: Tensor, _ pass: Pass) -> Tensor {
        identityHead.forward(columns, pass)
    }

    /// The recurrent layers' output [N, T, D] for column features.
    public func sequenceFeatures(_ columns: Tensor, _ pass: Pass) -> Tensor {
        recurrent.reduce(columns) { $1.forward($0, pass) }
    }

    /// Logits of the CTC head [N, T, K + 1] for the recurrent layers' output.
    public func ctcLogits(_ sequence: Tensor, _ pass: Pass) -> Tensor { ctcHead.forward(sequence, pass) }

    /// Column posteriors of the CTC head, [T][K + 1] for each picture.
    public func ctcPosteriors(_ sequence: Tensor) -> [[[Float]]] {
        let logits = ctcLogits(sequence, .inference)
        Softmax.forward(logits, team: context.team)
        return (0..<logits.shape[0]).map { n in
            let picture = logits.slice(n..<n + 1).reshaped(logits.shape[1], logits.shape[2])
            return (0..<logits.shape[1]).map { picture.slice($0..<$0 + 1).array }
        }
    }

    /// Logits of the decoder [N, L, K + 1] for the recurrent layers' output, each position given the labels before it: after
    /// a sequence's end as if end marks followed.
    public func decoderLogits(_ sequence: Tensor, _ sequences: [[Int]], _ pass: Pass) -> Tensor {
        let padded = sequences.map { labels in
            let rest = dimensions.longestSequence - labels.count
            return decoderInput(labels) + Array(repeating: ModelDimensions.endToken, count: rest)
        }
        let logits = attentionModel.decode(padded, memory: encode(sequence, pass), pass)
        return logits.reshaped(sequences.count, dimensions.decoderLength, logits.shape.last)
    }

    /// The encoder's output [N, T, D] for the recurrent layers' output: what decoding looks at.
    public func encode(_ sequence: Tensor, _ pass: Pass) -> Tensor { attentionModel.encode(sequence, pass) }

    /// Forward, losses and backward of one micro-batch; adds to the gradients.
    ///
    /// Each picture counts `1 / globalBatch`, so that the sum over all micro-batches of all ranks is the batch's mean.
    public func accumulateGradients(
        _ batch: TrainingBatch, globalBatch: Int, weights: LossWeights, _ pass: Pass
    ) -> LossParts {
        let share = 1 / Float(globalBatch)
        var losses = LossParts()
        let columns = columns(batch.pictures, pass)
        let sequence = sequenceFeatures(columns, pass)
        let ctc = ctcLogits(sequence, pass)
        let attention = attentionModel.decode(
            batch.sequences.map(decoderInput), memory: encode(sequence, pass), pass)
        let identity = identityLogits(columns, pass)

        context.clock?.begin("losses", .forward)
        losses.identity = Losses.identity(identity, batch, share: share, weight: weights.identity)
        losses.ctc = Losses.ctc(ctc, batch, share: share, weight: weights.attributes, team: context.team)
        losses.attention = Losses.attention(attention, batch, share: share, weights)
        context.clock?.end()

        context.scratch.with(columns.shape) { columnsGradient in
            identityHead.backward(identity, into: columnsGradient, pass)
            backwardSequence(attention, ctc, sequence.shape, addingTo: columnsGradient, pass)
            columnNorm?.backward(columnsGradient, into: columnsGradient, pass)
            context.scratch.with(mapShape(batch.count)) { mapGradient in
                columnPool.backward(columnsGradient, into: mapGradient, pass)
                backbone.backward(mapGradient, into: nil, pass)
            }
        }
        return losses
    }

    /// Forward and backward of the backbone alone, its output serving as its own gradient: for measurements.
    public func runBackbone(_ pictures: Tensor, _ pass: Pass) {
        let map = backbone.forward(pictures, pass)
        context.scratch.with(map.shape) { gradient in
            gradient.assign(map)
            context.parameters.skipBackward(to: backbone.parameterEnd)
            backbone.backward(gradient, into: nil, pass)
        }
    }

    /// Carries the gradients of the attention model and of the CTC head back through the recurrent layers.
    private func backwardSequence(
        _ attention: Tensor, _ ctc: Tensor, _ shape: Shape, addingTo columnsGradient: Tensor, _ pass: Pass
    ) {
        context.scratch.with(shape, shape) { gradient, second in
            attentionModel.backward(attention, into: gradient, pass)
            ctcHead.backward(ctc, into: second, pass)
            add(second, to: gradient, team: context.team)
            var current = gradient
            for layer in recurrent.dropFirst().reversed() {
                let other = current.pointer == gradient.pointer ? second : gradient
                layer.backward(current, into: other, pass)
                current = other
            }
            context.scratch.with(columnsGradient.shape) { firstGradient in
                recurrent[0].backward(current, into: firstGradient, pass)
                add(firstGradient, to: columnsGradient, team: context.team)
            }
        }
    }

    /// Start mark and labels: no position behind the first end mark has a loss, so that none is computed.
    private func decoderInput(_ labels: [Int]) -> [Int] {
        precondition(
            labels.count <= dimensions.longestSequence,
            "a sequence of \(labels.count) labels in a model for \(dimensions.longestSequence)")
        return [dimensions.startToken] + labels
    }

    private func mapShape(_ pictures: Int) -> Shape {
        Shape(pictures, configuration.lastRows, configuration.columns, configuration.columnChannels)
    }
}

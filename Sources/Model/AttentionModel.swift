internal import Kernels
public import Layers
public import Tensors

/// The Transformer between the recurrent layers and the label sequence, with F behind it (SPEC §1).
///
/// Shapes: memory input [N, T, D], logits [R, K + 1] for the R tokens of N sequences, one sequence behind the other.
public final class AttentionModel {
    private let encoderPositions: Positions
    private let encoder: [EncoderLayer]
    private let encoderNorm: LayerNorm?
    let embedding: Embedding
    let decoderPositions: Positions
    let decoder: [DecoderLayer]
    let decoderNorm: LayerNorm?
    let classifier: Linear
    private let encoderInput: Slot
    private let context: LayerContext
    private var encoded: Tensor?
    private var decoded: SequenceRows?

    /// The most tokens that decoding can emit: learned positions end with the longest sequence.
    let decodingLimit: Int

    /// The most tokens the paper emits.
    private static let paperLimit = 28

    /// The model of `configuration` under `dimensions`.
    public init(_ configuration: ModelConfiguration, _ dimensions: ModelDimensions, _ context: LayerContext) {
        let (columns, width, length) = (configuration.columns, configuration.width, dimensions.decoderLength)
        let shape = TransformerShape(
            width: width, heads: configuration.heads, inner: configuration.feedForward,
            dropout: configuration.dropout, isPreNorm: configuration.preNorm)
        encoderPositions = Positions(
            "encoder_positions", configuration.positions, length: columns, width: width,
            dropout: configuration.dropout, context)
        encoder = (0..<configuration.encoderLayers).map {
            EncoderLayer("encoder.layers.\($0)", length: columns, shape, context)
        }
        encoderNorm =
            configuration.preNorm ? LayerNorm("encoder.norm", rows: columns, width: width, context) : nil
        embedding = Embedding("embedding", count: dimensions.labels + 2, length: length, width: width, context)
        decodingLimit =
            configuration.positions == .learned ? min(Self.paperLimit, length) : Self.paperLimit
        decoderPositions = Positions(
            "decoder_positions", configuration.positions, length: max(length, decodingLimit), width: width,
            dropout: configuration.dropout, context)
        decoder = (0..<configuration.decoderLayers).map {
            DecoderLayer("decoder.layers.\($0)", length: length, memoryLength: columns, shape, context)
        }
        decoderNorm =
            configuration.preNorm ? LayerNorm("decoder.norm", rows: length, width: width, context) : nil
        classifier = Linear("output", rows: length, inputs: width, outputs: dimensions.labels + 1, context)
        encoderInput = context.activations.reserve(Shape(context.microBatch, columns, width))
        self.context = context
    }

    /// The encoder's output for the recurrent layers' output.
    public func encode(_ columns: Tensor, _ pass: Pass) -> Tensor {
        var x = encoderInput.prefix(columns.shape[0])
        x.assign(columns)
        encoderPositions.apply(to: x, pass)
        for layer in encoder { x = layer.forward(x, pass) }
        if let encoderNorm { x = encoderNorm.forward(x, pass) }
        encoded = x
        return x
    }

    /// Logits of the next token at each position of each sequence of tokens, given the tokens before it.
    public func decode(_ sequences: [[Int]], memory: Tensor, _ pass: Pass) -> Tensor {
        let rows = SequenceRows(lengths: sequences.map(\.count)), pass = pass.over(rows)
        decoded = rows
        var x = embedding.forward(sequences.flatMap(\.self))
        decoderPositions.apply(to: x, pass)
        for layer in decoder { x = layer.forward(x, memory: memory, pass) }
        if let decoderNorm { x = decoderNorm.forward(x, pass) }
        return classifier.forward(x, pass)
    }

    /// Overwrites `columnsGradient`, the gradient of `encode`'s input.
    public func backward(_ logitsGradient: Tensor, into columnsGradient: Tensor, _ pass: Pass) {
        guard let encoded, let decoded else { preconditionFailure("attention model: backward without forward") }
        clear(columnsGradient, team: context.team)
        context.scratch.with(Shape(decoded.total, encoded.shape.last)) { gradient in
            let pass = pass.over(decoded)
            classifier.backward(logitsGradient, into: gradient, pass)
            decoderNorm?.backward(gradient, into: gradient, pass)
            for layer in decoder.reversed() {
                layer.backward(gradient, addingToMemory: columnsGradient, pass)
            }
            decoderPositions.backward(gradient, pass)
            embedding.backward(gradient)
        }
        encoderNorm?.backward(columnsGradient, into: columnsGradient, pass)
        for layer in encoder.reversed() { layer.backward(columnsGradient, into: nil, pass) }
        encoderPositions.backward(columnsGradient, pass)
    }

    /// Its lines in a model's description.
    public var summary: [LayerSummary] {
        encoder.flatMap(\.summary) + (encoderNorm?.summary ?? []) + [embedding.summary]
            + decoder.flatMap(\.summary) + (decoderNorm?.summary ?? []) + classifier.summary
    }
}

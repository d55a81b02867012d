internal import Kernels
public import Tensors

/// A layer of the Transformer's encoder, as `torch.nn.TransformerEncoderLayer` with ReLU. Shapes: [N, T, D] → [N, T, D].
public final class EncoderLayer: Layer {
    private let name: String
    private let context: LayerContext
    private let attentionPart: Residual, feedForwardPart: Residual
    private let attention: MultiHeadAttention
    private let feedForward: FeedForward

    /// A layer on `length` positions.
    public init(_ name: String, length: Int, _ shape: TransformerShape, _ context: LayerContext) {
        (self.name, self.context) = (name, context)
        (attentionPart, attention) = Residual.make(
            norm: "\(name).norm1", length: length, width: shape.width, isPreNorm: shape.isPreNorm,
            dropout: shape.dropout, context
        ) {
            MultiHeadAttention(
                "\(name).self_attn", length: length, width: shape.width, heads: shape.heads,
                dropout: shape.dropout, context)
        }
        (feedForwardPart, feedForward) = Residual.make(
            norm: "\(name).norm2", length: length, width: shape.width, isPreNorm: shape.isPreNorm,
            dropout: shape.dropout, context
        ) {
            FeedForward(
                name, length: length, width: shape.width, inner: shape.inner, dropout: shape.dropout, context)
        }
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let middle = attentionPart.forward(input, pass) { attention.forward($0, pass) }
        return feedForwardPart.forward(middle, pass) { feedForward.forward($0, pass) }
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        feedForwardPart.backward(outputGradient, pass) { feedForward.backward($0, into: $1, pass) }
        attentionPart.backward(outputGradient, pass) { attention.backward($0, into: $1, pass) }
        inputGradient?.assign(outputGradient)
    }

    public var summary: [LayerSummary] {
        [attention.summary] + attentionPart.summary + feedForward.summary + feedForwardPart.summary
    }
}

/// A layer of the Transformer's decoder, as `torch.nn.TransformerDecoderLayer` with ReLU and a causal mask.
///
/// Shapes: x [N, L, D], memory [N, T, D], y [N, L, D], or x and y [R, D] under the pass's rows.
public final class DecoderLayer {
    private let name: String
    private let context: LayerContext
    private let selfPart: Residual, memoryPart: Residual, feedForwardPart: Residual
    private let selfAttention: MultiHeadAttention, memoryAttention: MultiHeadAttention
    private let feedForward: FeedForward

    /// A layer on `length` positions that looks at `memoryLength` positions.
    public init(
        _ name: String, length: Int, memoryLength: Int, _ shape: TransformerShape, _ context: LayerContext
    ) {
        (self.name, self.context) = (name, context)
        (selfPart, selfAttention) = Residual.make(
            norm: "\(name).norm1", length: length, width: shape.width, isPreNorm: shape.isPreNorm,
            dropout: shape.dropout, context
        ) {
            MultiHeadAttention(
                "\(name).self_attn", length: length, width: shape.width, heads: shape.heads, isCausal: true,
                dropout: shape.dropout, context)
        }
        (memoryPart, memoryAttention) = Residual.make(
            norm: "\(name).norm2", length: length, width: shape.width, isPreNorm: shape.isPreNorm,
            dropout: shape.dropout, context
        ) {
            MultiHeadAttention(
                "\(name).multihead_attn", length: length, memoryLength: memoryLength, width: shape.width,
                heads: shape.heads, dropout: shape.dropout, context)
        }
        (feedForwardPart, feedForward) = Residual.make(
            norm: "\(name).norm3", length: length, width: shape.width, isPreNorm: shape.isPreNorm,
            dropout: shape.dropout, context
        ) {
            FeedForward(
                name, length: length, width: shape.width, inner: shape.inner, dropout: shape.dropout, context)
        }
    }

    /// The layer's output for `input` under `memory`.
    public func forward(_ input: Tensor, memory: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let first = selfPart.forward(input, pass) { selfAttention.forward($0, pass) }
        let second = memoryPart.forward(first, pass) { memoryAttention.forward($0, memory: memory, pass) }
        return feedForwardPart.forward(second, pass) { feedForward.forward($0, pass) }
    }

    /// Replaces `gradient`, that of the output, by that of the input, and adds to the memory's.
    public func backward(_ gradient: Tensor, addingToMemory memoryGradient: Tensor, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        feedForwardPart.backward(gradient, pass) { feedForward.backward($0, into: $1, pass) }
        memoryPart.backward(gradient, pass) {
            memoryAttention.backward($0, into: $1, addingToMemory: memoryGradient, pass)
        }
        selfPart.backward(gradient, pass) { selfAttention.backward($0, into: $1, pass) }
    }

    /// Keys and values of the memory, once for all steps of decoding. Shapes: memory [N, T, D], result [N, T, 2D].
    public func projectMemory(_ memory: Tensor, into keysValues: Tensor) {
        memoryAttention.projectMemory(memory, into: keysValues)
    }

    /// One step of decoding for rows [R, D] in place: their keys and values go to position `position` of `past`
    /// [R, L, 2D]; row r looks at picture `picture(r)` of `memory` [N, T, 2D]. Where the heads look goes to
    /// `memoryProbabilities` [R, h, T], where it is given.
    public func step(
        _ rows: Tensor, position: Int, past: Tensor, memory: Tensor, memoryProbabilities: Tensor? = nil,
        picture: (Int) -> Int
    ) {
        selfPart.apply(to: rows) {
            selfAttention.stepSelf($0, position: position, past: past, into: $1)
        }
        memoryPart.apply(to: rows) {
            memoryAttention.stepMemory(
                $0, memory: memory, picture: picture, probabilities: memoryProbabilities, into: $1)
        }
        feedForwardPart.apply(to: rows) { feedForward.apply(to: $0, into: $1) }
    }

    /// Its lines in a model's description.
    public var summary: [LayerSummary] {
        [selfAttention.summary] + selfPart.summary + [memoryAttention.summary] + memoryPart.summary
            + feedForward.summary + feedForwardPart.summary
    }
}

/// What the layers of a Transformer share.
public struct TransformerShape: Sendable {
    /// d_model.
    public let width: Int

    /// Number of heads, and the width of the feed-forward network.
    public let heads: Int, inner: Int

    /// Probability of a zero in all dropouts.
    public let dropout: Float

    /// Layer normalisation before each sub-layer instead of after it.
    public let isPreNorm: Bool

    /// A shape from its parts.
    public init(width: Int, heads: Int, inner: Int, dropout: Float, isPreNorm: Bool) {
        (self.width, self.heads, self.inner) = (width, heads, inner)
        (self.dropout, self.isPreNorm) = (dropout, isPreNorm)
    }
}

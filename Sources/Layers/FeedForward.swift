internal import Kernels
public import Tensors

/// The position-wise network of a Transformer layer: W₂·drop(max(0, W₁·x + b₁)) + b₂. Vaswani et al. 2017, 3.3.
public final class FeedForward {
    private let first: Linear, second: Linear
    private let dropout: Dropout
    private let context: LayerContext
    private let inner: Int
    private var hidden: Tensor?

    /// Layers `NAME.linear1` and `NAME.linear2` on `length` positions.
    public init(
        _ name: String, length: Int, width: Int, inner: Int, dropout: Float, _ context: LayerContext
    ) {
        let start = Initialisation.xavier(inputs: width, outputs: inner)
        first = Linear(
            "\(name).linear1", rows: length, inputs: width, outputs: inner, context, initialisation: start)
        second = Linear(
            "\(name).linear2", rows: length, inputs: inner, outputs: width, context, initialisation: start)
        self.dropout = context.dropout(dropout)
        (self.inner, self.context) = (inner, context)
    }

    /// Shapes: [N, L, D] → [N, L, D], or [R, D] → [R, D].
    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        let hidden = first.forward(input, rectified: true)
        dropout.apply(hidden, pass, team: context.team)
        self.hidden = hidden
        return second.forward(hidden, pass)
    }

    /// Overwrites the input's gradient.
    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor, _ pass: Pass) {
        guard let hidden else { preconditionFailure("feed-forward: backward without forward") }
        context.scratch.with(hidden.shape) { gradient in
            second.backward(outputGradient, into: gradient, pass)
            let factor = pass.isTraining ? dropout.factor : 1
            maskByOutput(gradient, output: hidden, factor: factor, team: context.team)
            first.backward(gradient, into: inputGradient, pass)
        }
    }

    /// The network on rows [R, D] that are not the layer's own, in place.
    func apply(to rows: Tensor, into result: Tensor) {
        context.scratch.with(Shape(rows.shape.rows, inner)) { hidden in
            first.apply(to: rows, into: hidden, rectified: true)
            second.apply(to: hidden, into: result)
        }
    }

    /// Its lines in a model's description.
    public var summary: [LayerSummary] { first.summary + second.summary }
}

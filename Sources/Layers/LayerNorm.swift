internal import Kernels
public import Tensors

/// Layer normalisation of rows of `width`. Shapes: [N, L, D] → [N, L, D], or [R, D] → [R, D]. Ba et al. 2016.
public final class LayerNorm: Layer {
    private let name: String
    private let weight: Parameter, bias: Parameter
    private let context: LayerContext
    private let output: Slot, moments: Slot
    private var input: Tensor?

    /// A normalisation of `rows` rows a picture.
    public init(_ name: String, rows: Int, width: Int, _ context: LayerContext) {
        weight = context.parameters.add("\(name).weight", Shape(width), .norm, .constant(1))
        bias = context.parameters.add("\(name).bias", Shape(width), .norm, .constant(0))
        output = context.activation(rows, width)
        moments = context.activation(rows, 2)
        (self.name, self.context) = (name, context)
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        self.input = input
        let result = output.shaped(like: input)
        LayerNormalisation.forward(
            input, weight: weight.values, bias: bias.values, into: result,
            moments: moments.shaped(like: input), team: context.team)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input else { preconditionFailure("\(name): backward without forward") }
        LayerNormalisation.backward(
            outputGradient, x: input, weight: weight.values, moments: moments.shaped(like: input),
            into: inputGradient ?? outputGradient, weightGradient: weight.gradient,
            biasGradient: bias.gradient, team: context.team)
        context.parameters.finish(weight.range.lowerBound..<bias.range.upperBound)
    }

    /// Normalises rows [R, D] that are not the layer's own, as decoding step by step needs; `rows` may be `result`.
    public func apply(to rows: Tensor, into result: Tensor) {
        context.scratch.with(Shape(rows.shape.rows, 2)) { moments in
            LayerNormalisation.forward(
                rows, weight: weight.values, bias: bias.values, into: result, moments: moments,
                team: context.team)
        }
    }

    public var summary: [LayerSummary] {
        [
            LayerSummary(
                name: name, kind: "layer norm", output: Array(output.shape.array.dropFirst()),
                parameters: 2 * weight.shape.count, multiplyAdds: 0)
        ]
    }
}

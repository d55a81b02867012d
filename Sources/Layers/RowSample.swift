internal import Kernels
public import Tensors

/// Every `step`-th row of maps, for what sees these alone: the shortcut of a block that makes no others, or 1×1 convolutions,
/// for which they are put together once, and whose gradients are added up there. Shapes: [N, H, W, C] → [N, ⌈H / step⌉, W, C].
public final class RowSample: Layer {
    private let name: String
    private let context: LayerContext
    private let step: Int
    private let output: Slot

    /// A sample of maps of the given extents.
    public init(_ name: String, height: Int, width: Int, channels: Int, step: Int, _ context: LayerContext) {
        output = context.activation(RowSampling.extent(height, step: step), width, channels)
        (self.name, self.step, self.context) = (name, step, context)
    }

    /// Extents of the output for `pictures` pictures.
    public func outputShape(_ pictures: Int) -> Shape { output.shape.withFirst(pictures) }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let result = output.prefix(input.shape[0])
        RowSampling.forward(input, step: step, into: result, team: context.team)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let inputGradient else { return }
        RowSampling.backward(outputGradient, step: step, into: inputGradient, team: context.team)
    }

    public var summary: [LayerSummary] {
        [
            LayerSummary(
                name: name, kind: "one row of \(step)", output: Array(output.shape.array.dropFirst()),
                parameters: 0, multiplyAdds: 0)
        ]
    }
}

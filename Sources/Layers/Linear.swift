internal import Kernels
public import Tensors

/// y = x·Wᵗ + b on the rows of its input. Shapes: x [N, …, I], W [O, I], y [N, …, O].
public final class Linear: Layer {
    /// W [O, I].
    public let weight: Parameter

    /// b [O].
    public let bias: Parameter

    private let context: LayerContext
    private let name: String
    private let rowsPerPicture: Int
    private let output: Slot
    private var input: Tensor?

    /// A layer on `rows` rows a picture; weights start as `initialisation`, PyTorch's default where nil.
    public init(
        _ name: String, rows: Int, inputs: Int, outputs: Int, _ context: LayerContext,
        initialisation: Initialisation? = nil
    ) {
        let start = initialisation ?? .linear(inputs: inputs)
        weight = context.parameters.add("\(name).weight", Shape(outputs, inputs), .weight, start)
        let biasStart: Initialisation = initialisation == nil ? .linear(inputs: inputs) : .constant(0)
        bias = context.parameters.add("\(name).bias", Shape(outputs), .bias, biasStart)
        output = context.activation(rows, outputs)
        rowsPerPicture = rows
        (self.name, self.context) = (name, context)
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor { forward(input, rectified: false) }

    /// y = [max(0, ·)](x·Wᵗ + b).
    func forward(_ input: Tensor, rectified: Bool) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        self.input = input
        let result = output.shaped(like: input)
        apply(to: input, into: result, rectified: rectified)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input else { preconditionFailure("\(name): backward without forward") }
        let gradient = Matrix(outputGradient)
        multiply(
            gradient.transposed, Operand(Matrix(input)), into: Matrix(weight.gradient), scratch: context.scratch,
            team: context.team)
        addColumnSums(gradient, to: bias.gradient, team: context.team)
        if let inputGradient {
            multiply(
                Operand(gradient), Operand(Matrix(weight.values)), into: Matrix(inputGradient),
                scratch: context.scratch, team: context.team)
        }
        context.parameters.finish(weight.range.lowerBound..<bias.range.upperBound)
    }

    /// rows = [max(0, ·)](input·Wᵗ + b) for rows that are not the layer's own, as decoding step by step needs.
    public func apply(to input: Tensor, into rows: Tensor, rectified: Bool = false) {
        multiply(
            Operand(Matrix(input)), Matrix(weight.values).transposed, into: Matrix(rows), bias: bias.values,
            rectified: rectified, scratch: context.scratch, team: context.team)
    }

    public var summary: [LayerSummary] {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        return [
            LayerSummary(
                name: name, kind: "linear", output: rowsPerPicture == 1 ? [outputs] : [rowsPerPicture, outputs],
                parameters: outputs * (inputs + 1), multiplyAdds: rowsPerPicture * outputs * inputs)
        ]
    }
}

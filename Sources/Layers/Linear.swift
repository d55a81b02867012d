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

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        self.input = input
        let result = output.prefix(input.shape[0])
        Self.apply(weight, bias, to: Matrix(input), into: Matrix(result), team: context.team)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        guard let input else { preconditionFailure("\(name): backward without forward") }
        let gradient = Matrix(outputGradient)
        multiply(
            gradient.transposed, Matrix(input), into: Matrix(weight.gradient), adding: true, team: context.team)
        addColumnSums(gradient, to: bias.gradient, team: context.team)
        if let inputGradient {
            multiply(gradient, Matrix(weight.values), into: Matrix(inputGradient), team: context.team)
        }
        context.parameters.finish(weight.range.lowerBound..<bias.range.upperBound)
    }

    /// rows = input·Wᵗ + b, for any rows: the layer without its memory.
    static func apply(
        _ weight: Parameter, _ bias: Parameter, to input: Matrix, into rows: Matrix, team: WorkerTeam
    ) {
        fillRows(rows, with: bias.values, team: team)
        multiply(input, Matrix(weight.values).transposed, into: rows, adding: true, team: team)
    }

    /// rows = input·Wᵗ + b for rows that are not the layer's own, as decoding step by step needs.
    public func apply(to input: Tensor, into rows: Tensor) {
        Self.apply(weight, bias, to: Matrix(input), into: Matrix(rows), team: context.team)
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

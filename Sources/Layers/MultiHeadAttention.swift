internal import Kernels
public import Tensors

/// Multi-head attention, of a sequence to itself or to a memory. Vaswani et al. 2017, as `torch.nn.MultiheadAttention`.
///
/// Shapes: x [N, L, D], memory [N, M, D], y [N, L, D], or x and y [R, D] under the pass's rows; in_proj_weight [3D, D] holds W_q,
/// W_k, W_v one under another, out_proj.weight [D, D].
public final class MultiHeadAttention {
    private let name: String
    /// W_q, W_k, W_v and their biases.
    let inputWeight: Parameter, inputBias: Parameter
    /// W_o and its bias.
    let outputWeight: Parameter, outputBias: Parameter
    /// Number of heads, and the width of each.
    let heads: Int, headWidth: Int

    private let width: Int
    private let length: Int
    private let memoryLength: Int
    private let isSelf: Bool
    private let product: ScaledDotProduct
    let context: LayerContext
    /// Self-attention: q, k, v side by side [L, 3D]. To a memory: q [L, D].
    private let queries: Slot
    /// To a memory: k, v side by side [M, 2D].
    private let memoryKeys: Slot?
    let probabilities: Slot
    private let dropped: Slot
    private let mixed: Slot, output: Slot
    private var input: Tensor?, memory: Tensor?

    /// Attention of `length` positions to themselves, or to `memoryLength` positions of a memory.
    public init(
        _ name: String, length: Int, memoryLength: Int? = nil, width: Int, heads: Int, isCausal: Bool = false,
        dropout: Float, _ context: LayerContext
    ) {
        precondition(width % heads == 0, "\(heads) heads do not divide a width of \(width)")
        let store = context.parameters
        inputWeight = store.add(
            "\(name).in_proj_weight", Shape(3 * width, width), .weight, .xavier(inputs: width, outputs: 3 * width))
        inputBias = store.add("\(name).in_proj_bias", Shape(3 * width), .bias, .constant(0))
        outputWeight = store.add(
            "\(name).out_proj.weight", Shape(width, width), .weight, .xavier(inputs: width, outputs: width))
        outputBias = store.add("\(name).out_proj.bias", Shape(width), .bias, .constant(0))
        isSelf = memoryLength == nil
        self.memoryLength = memoryLength ?? length
        queries = context.activation(length, isSelf ? 3 * width : width)
        memoryKeys = memoryLength.map { context.activation($0, 2 * width) }
        probabilities = context.activation(heads, length, self.memoryLength)
        dropped = context.activation(heads, dropout > 0 ? length : 0, self.memoryLength)
        mixed = context.activation(length, width)
        output = context.activation(length, width)
        product = ScaledDotProduct(isCausal: isCausal, dropout: context.dropout(dropout), context: context)
        (self.name, self.width, self.length, self.heads) = (name, width, length, heads)
        (headWidth, self.context) = (width / heads, context)
    }

    /// y = concat(heads)·W_oᵗ + b_o; `memory` is nil for attention to oneself.
    public func forward(_ input: Tensor, memory: Tensor? = nil, _ pass: Pass) -> Tensor {
        precondition((memory == nil) == isSelf, "\(name): memory \(isSelf ? "given" : "missing")")
        (self.input, self.memory) = (input, memory)
        let (first, second) = projections(of: input)
        projectRows(0..<first.shape.last, of: input, into: first)
        if let memory, let second { projectRows(width..<3 * width, of: memory, into: second) }
        let (q, k, v) = views(first, second, pass)
        let (concat, result) = (mixed.shaped(like: input), output.shaped(like: input))
        product.forward(
            q, k, v, probabilities: probabilities.tensor, dropped: dropped.tensor, into: heads(concat, 0, pass), pass)
        applyOutput(to: Matrix(concat), into: Matrix(result))
        return result
    }

    /// Overwrites the input's gradient and adds to the memory's.
    public func backward(
        _ outputGradient: Tensor, into inputGradient: Tensor, addingToMemory memoryGradient: Tensor? = nil,
        _ pass: Pass
    ) {
        guard let input else { preconditionFailure("\(name): backward without forward") }
        let (first, second) = projections(of: input)
        let (q, k, v) = views(first, second, pass)
        context.scratch.with(outputGradient.shape) { mixedGradient in
            addGradients(
                outputGradient, mixed.shaped(like: input), Matrix(outputWeight.gradient), outputBias.gradient)
            multiply(
                Operand(Matrix(outputGradient)), Operand(Matrix(outputWeight.values)), into: Matrix(mixedGradient),
                scratch: context.scratch, team: context.team)
            context.scratch.with(first.shape, second?.shape ?? Shape(1)) { dFirst, dSecond in
                let (dq, dk, dv) = views(dFirst, second == nil ? nil : dSecond, pass)
                product.backward(
                    heads(mixedGradient, 0, pass), q, k, v, probabilities: probabilities.tensor,
                    dropped: dropped.tensor, into: dq, dk, dv, pass)
                carryBack(dFirst, rows: 0..<dFirst.shape.last, from: input, into: inputGradient, adding: false)
                if let memory, let memoryGradient {
                    carryBack(dSecond, rows: width..<3 * width, from: memory, into: memoryGradient, adding: true)
                }
            }
        }
        context.parameters.finish(inputWeight.range.lowerBound..<outputBias.range.upperBound)
    }

    /// Where the projections of the input and, where there is one, of the memory lie.
    private func projections(of input: Tensor) -> (Tensor, Tensor?) {
        (queries.shaped(like: input), memory.flatMap { memoryKeys?.shaped(like: $0) })
    }

    /// result = x·W[rows]ᵗ + b[rows].
    func projectRows(_ rows: Range<Int>, of x: Tensor, into result: Tensor) {
        multiply(
            Operand(Matrix(x)), Matrix(inputWeight.values.slice(rows)).transposed, into: Matrix(result),
            bias: inputBias.values.slice(rows), scratch: context.scratch, team: context.team)
    }

    /// result = heads·W_oᵗ + b_o.
    func applyOutput(to heads: Matrix, into result: Matrix) {
        multiply(
            Operand(heads), Matrix(outputWeight.values).transposed, into: result, bias: outputBias.values,
            scratch: context.scratch, team: context.team)
    }

    private func carryBack(
        _ gradient: Tensor, rows: Range<Int>, from x: Tensor, into target: Tensor, adding: Bool
    ) {
        addGradients(
            gradient, x, Matrix(inputWeight.gradient.slice(rows)), inputBias.gradient.slice(rows))
        multiply(
            Operand(Matrix(gradient)), Operand(Matrix(inputWeight.values.slice(rows))), into: Matrix(target),
            adding: adding, scratch: context.scratch, team: context.team)
    }

    private func addGradients(_ gradient: Tensor, _ x: Tensor, _ weight: Matrix, _ bias: Tensor) {
        multiply(
            Matrix(gradient).transposed, Operand(Matrix(x)), into: weight, scratch: context.scratch, team: context.team)
        addColumnSums(Matrix(gradient), to: bias, team: context.team)
    }

    /// Q, K and V of `first`, or K and V of `second`, the memory's, where there is one.
    private func views(
        _ first: Tensor, _ second: Tensor?, _ pass: Pass
    ) -> (AttentionHeads, AttentionHeads, AttentionHeads) {
        if let second { return (heads(first, 0, pass), heads(second, 0, pass), heads(second, width, pass)) }
        return (heads(first, 0, pass), heads(first, width, pass), heads(first, 2 * width, pass))
    }

    private func heads(_ tensor: Tensor, _ offset: Int, _ pass: Pass) -> AttentionHeads {
        AttentionHeads(tensor: tensor, rows: pass.rows(of: tensor), offset: offset, width: headWidth)
    }

    /// Its line in a model's description; `isCausal` counts whole squares, as the products are made.
    public var summary: LayerSummary {
        let projections = isSelf ? 4 * length : 2 * length + 2 * memoryLength
        return LayerSummary(
            name: name, kind: "attention, \(heads) heads", output: [length, width],
            parameters: 4 * width * (width + 1),
            multiplyAdds: projections * width * width + 2 * length * memoryLength * width)
    }
}

internal import Kernels
public import Tensors

/// One bidirectional recurrent layer, LSTM or GRU: two directions over the columns, their outputs side by side.
///
/// The gates of all columns come from one product with the input; then each direction walks the columns, one product
/// with its hidden state a step. The directions run beside each other.
///
/// Shapes: x [N, T, I], y [N, T, 2H] (forward first); W [G·H, I], U [G·H, H], two biases [G·H], G = 4 (LSTM: i, f, g, o)
/// or 3 (GRU: r, z, n). As `torch.nn.LSTM` / `torch.nn.GRU`, `batch_first`, zero initial state.
public final class RecurrentLayer: Layer {
    /// The kind of cell.
    public enum Cell: String, Sendable, Codable, CaseIterable {
        case lstm, gru

        var gates: Int { self == .lstm ? 4 : 3 }
    }

    private let name: String
    private let cell: Cell
    private let columns: Int
    private let hidden: Int
    private let inputs: Int
    private let context: LayerContext
    private let directions: [RecurrentDirection]
    private let output: Slot
    private var input: Tensor?

    /// Layer number `index` of the stack `name`, with `hidden` units a direction.
    public init(
        _ name: String, index: Int, cell: Cell, columns: Int, inputs: Int, hidden: Int, _ context: LayerContext
    ) {
        directions = [false, true].map {
            RecurrentDirection(
                name, index: index, cell: cell, isReverse: $0, columns: columns, inputs: inputs,
                hidden: hidden, context)
        }
        output = context.activation(columns, 2 * hidden)
        self.name = "\(name).\(index)"
        (self.cell, self.columns, self.hidden, self.inputs) = (cell, columns, hidden, inputs)
        self.context = context
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        self.input = input
        let result = output.prefix(input.shape[0])
        for direction in directions { direction.projectInput(input) }
        withRecurrentFactors({ $0.transposed }) { factors in
            eachDirection { directions[$0].walkForward(factors[$0], into: result) }
        }
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input else { preconditionFailure("\(name): backward without forward") }
        let result = output.prefix(input.shape[0])
        withRecurrentFactors({ Operand($0) }) { factors in
            eachDirection {
                directions[$0].walkBackward(factors[$0], outputGradient: outputGradient, output: result)
            }
        }
        for (index, direction) in directions.enumerated() {
            direction.addWeightGradients(input: input, output: result)
            if let inputGradient { direction.carryBack(into: inputGradient, adding: index == 1) }
        }
        context.parameters.finish(directions[0].range.lowerBound..<directions[1].range.upperBound)
    }

    private func eachDirection(_ body: (Int) -> Void) {
        if context.team.count == 1 {
            body(0)
            body(1)
        } else {
            context.team.parallel { if $0 < 2 { body($0) } }
        }
    }

    /// Packs both directions' recurrent weights, once for all steps of a walk.
    private func withRecurrentFactors(_ operand: (Matrix) -> Operand, _ body: ([PackedFactor]) -> Void) {
        func packed(_ index: Int, _ body: (PackedFactor) -> Void) {
            PackedFactor.with(
                operand(directions[index].recurrentWeights), scratch: context.scratch, team: context.team, body)
        }
        packed(0) { first in packed(1) { second in body([first, second]) } }
    }

    public var summary: [LayerSummary] {
        let weights = 2 * cell.gates * hidden * (inputs + hidden)
        return [
            LayerSummary(
                name: name, kind: cell == .lstm ? "BiLSTM" : "BiGRU", output: [columns, 2 * hidden],
                parameters: weights + 4 * cell.gates * hidden, multiplyAdds: columns * weights)
        ]
    }
}

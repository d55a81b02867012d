internal import Kernels
internal import Tensors

/// One direction of a `RecurrentLayer`.
final class RecurrentDirection {
    private let cell: RecurrentLayer.Cell
    private let isReverse: Bool
    private let columns: Int
    private let hidden: Int
    private let context: LayerContext
    private let inputWeight: Parameter, hiddenWeight: Parameter
    private let inputBias: Parameter, hiddenBias: Parameter
    /// LSTM: the activated gates. GRU: the same; afterwards their gradients.
    private let gates: Slot
    /// LSTM: the cell states [N, T, H]. GRU: U·h + b of each step [N, T, 3H].
    private let states: Slot
    private let carried: Slot, hiddenGradient: Slot
    private var pictures = 0

    init(
        _ name: String, index: Int, cell: RecurrentLayer.Cell, isReverse: Bool, columns: Int, inputs: Int,
        hidden: Int, _ context: LayerContext
    ) {
        let suffix = "l\(index)\(isReverse ? "_reverse" : "")"
        let start = Initialisation.uniform(1 / Float(hidden).squareRoot())
        let width = cell.gates * hidden
        let store = context.parameters
        inputWeight = store.add("\(name).weight_ih_\(suffix)", Shape(width, inputs), .weight, start)
        hiddenWeight = store.add("\(name).weight_hh_\(suffix)", Shape(width, hidden), .weight, start)
        inputBias = store.add("\(name).bias_ih_\(suffix)", Shape(width), .bias, start)
        hiddenBias = store.add("\(name).bias_hh_\(suffix)", Shape(width), .bias, start)
        gates = context.activation(columns, width)
        states = context.activation(columns, cell == .lstm ? hidden : width)
        carried = context.activation(hidden)
        hiddenGradient = context.activation(hidden)
        (self.cell, self.isReverse, self.columns, self.hidden) = (cell, isReverse, columns, hidden)
        self.context = context
    }

    var range: Range<Int> { inputWeight.range.lowerBound..<hiddenBias.range.upperBound }

    private var width: Int { cell.gates * hidden }

    /// Column number `step` of the walk.
    private func column(_ step: Int) -> Int { isReverse ? columns - 1 - step : step }

    /// The column of step `step` in a tensor [N, T, W], as a matrix of N rows.
    private func rows(_ tensor: Tensor, _ step: Int, offset: Int = 0, width: Int) -> Matrix {
        let line = tensor.shape.last
        return Matrix(
            tensor.pointer + column(step) * line + offset, rows: pictures, columns: width,
            stride: columns * line)
    }

    private var outputOffset: Int { isReverse ? hidden : 0 }

    func projectInput(_ input: Tensor) {
        pictures = input.shape[0]
        multiply(
            Operand(Matrix(input)), Matrix(inputWeight.values).transposed, into: Matrix(gates.prefix(pictures)),
            bias: inputBias.values, scratch: context.scratch, team: context.team)
    }

    /// U [G·H, H].
    var recurrentWeights: Matrix { Matrix(hiddenWeight.values) }

    /// `recurrent` is Uᵗ.
    func walkForward(_ recurrent: PackedFactor, into output: Tensor) {
        let (gates, states) = (gates.prefix(pictures), states.prefix(pictures))
        for step in 0..<columns {
            let now = rows(gates, step, width: width)
            let out = rows(output, step, offset: outputOffset, width: hidden)
            let before = step > 0 ? rows(output, step - 1, offset: outputOffset, width: hidden) : nil
            let target = cell == .lstm ? now : rows(states, step, width: width)
            addBias(to: target, keeping: cell == .lstm)
            if let before { recurrent.multiply(before, into: target, adding: true) }
            for n in 0..<pictures {
                let gate = now.pointer + n * now.stride
                let h = out.pointer + n * out.stride
                if cell == .lstm {
                    let c = rows(states, step, width: hidden)
                    let previous = step > 0 ? rows(states, step - 1, width: hidden) : nil
                    LSTMCell.forward(
                        gates: gate, previousCell: previous.map { $0.pointer + n * $0.stride },
                        cell: c.pointer + n * c.stride, hidden: h, width: hidden)
                } else {
                    GRUCell.forward(
                        gates: gate, recurrent: target.pointer + n * target.stride,
                        previousHidden: before.map { $0.pointer + n * $0.stride }, hidden: h, width: hidden)
                }
            }
        }
    }

    private func addBias(to rows: Matrix, keeping: Bool) {
        let bias = hiddenBias.values.pointer
        for n in 0..<rows.rows {
            let row = rows.pointer + n * rows.stride
            if keeping {
                for index in 0..<width { row[index] += bias[index] }
            } else {
                row.update(from: bias, count: width)
            }
        }
    }

    /// `recurrent` is U.
    func walkBackward(_ recurrent: PackedFactor, outputGradient: Tensor, output: Tensor) {
        let (gates, states) = (gates.prefix(pictures), states.prefix(pictures))
        let (dc, dh) = (carried.prefix(pictures), hiddenGradient.prefix(pictures))
        dc.fill(0)
        dh.fill(0)
        for step in stride(from: columns - 1, through: 0, by: -1) {
            let now = rows(gates, step, width: width)
            let incoming = rows(outputGradient, step, offset: outputOffset, width: hidden)
            for n in 0..<pictures {
                let (total, extra) = (dh.pointer + n * hidden, incoming.pointer + n * incoming.stride)
                for index in 0..<hidden { total[index] += extra[index] }
                backwardCell(n, step, gates: now, states: states, output: output, gradient: total, dc)
            }
            let source = cell == .lstm ? now : rows(states, step, width: width)
            recurrent.multiply(source, into: Matrix(dh), adding: cell == .gru)
        }
    }

    private func backwardCell(
        _ n: Int, _ step: Int, gates: Matrix, states: Tensor, output: Tensor,
        gradient: UnsafeMutablePointer<Float>, _ dc: Tensor
    ) {
        let gate = gates.pointer + n * gates.stride
        if cell == .lstm {
            let c = rows(states, step, width: hidden)
            let previous = step > 0 ? rows(states, step - 1, width: hidden) : nil
            LSTMCell.backward(
                gates: gate, previousCell: previous.map { $0.pointer + n * $0.stride },
                cell: c.pointer + n * c.stride, hiddenGradient: gradient, cellGradient: dc.pointer + n * hidden,
                width: hidden)
        } else {
            let recurrent = rows(states, step, width: width)
            let before = step > 0 ? rows(output, step - 1, offset: outputOffset, width: hidden) : nil
            GRUCell.backward(
                gates: gate, recurrent: recurrent.pointer + n * recurrent.stride,
                previousHidden: before.map { $0.pointer + n * $0.stride }, hiddenGradient: gradient, width: hidden)
        }
    }

    /// dW += dGᵗ·x, dU += dRᵗ·h′, and the biases' sums; for an LSTM dR is dG.
    func addWeightGradients(input: Tensor, output: Tensor) {
        let team = context.team
        let gateGradient = Matrix(gates.prefix(pictures))
        let recurrentGradient = cell == .lstm ? gateGradient : Matrix(states.prefix(pictures))
        multiply(
            gateGradient.transposed, Operand(Matrix(input)), into: Matrix(inputWeight.gradient),
            scratch: context.scratch, team: team)
        context.scratch.with(Shape(pictures, columns, hidden)) { previous in
            copyPreviousHidden(from: output, into: previous)
            multiply(
                recurrentGradient.transposed, Operand(Matrix(previous)), into: Matrix(hiddenWeight.gradient),
                scratch: context.scratch, team: team)
        }
        addColumnSums(gateGradient, to: inputBias.gradient, team: team)
        addColumnSums(recurrentGradient, to: hiddenBias.gradient, team: team)
    }

    private func copyPreviousHidden(from output: Tensor, into previous: Tensor) {
        for step in 0..<columns {
            let target = rows(previous, step, width: hidden)
            let source = step > 0 ? rows(output, step - 1, offset: outputOffset, width: hidden) : nil
            for n in 0..<pictures {
                let row = target.pointer + n * target.stride
                if let source {
                    row.update(from: source.pointer + n * source.stride, count: hidden)
                } else {
                    row.update(repeating: 0, count: hidden)
                }
            }
        }
    }

    func carryBack(into inputGradient: Tensor, adding: Bool) {
        multiply(
            Operand(Matrix(gates.prefix(pictures))), Operand(Matrix(inputWeight.values)),
            into: Matrix(inputGradient), adding: adding, scratch: context.scratch, team: context.team)
    }
}

import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Convolution blocks of whose output every so many rows are read")
struct SampledBlockTests {
    /// What a block's passes leave.
    private struct Results {
        var output: [Float] = [], inference: [Float] = [], inputGradient: [Float] = []
        var shortcut: [Float] = [], parameters: [[Float]] = [], statistics: [[Float]] = []

        /// The largest relative error of any of them.
        func error(to other: Results) -> Double {
            let pairs =
                [
                    (output, other.output), (inference, other.inference), (inputGradient, other.inputGradient),
                    (shortcut, other.shortcut),
                ] + zip(parameters, other.parameters) + zip(statistics, other.statistics)
            return pairs.map { $0.isEmpty ? 0 : relativeError($0, $1.map(Double.init)) }.max() ?? 0
        }
    }

    enum ShortcutKind: CaseIterable { case none, map, projection }

    struct Case: CustomTestStringConvertible {
        var height = 6, width = 5, inputs = 16, outputs = 24, step = 2
        var shortcut = ShortcutKind.none
        var mean: Float = 0.5
        var adding = false

        var testDescription: String {
            "\(height)×\(width)×\(inputs) to \(outputs), every \(step)th row, \(shortcut), mean \(mean), \(adding)"
        }

        static var all: [Case] {
            ShortcutKind.allCases.flatMap { kind in
                [
                    Case(shortcut: kind), Case(height: 7, inputs: 7, outputs: 9, shortcut: kind),
                    Case(height: 1, shortcut: kind), Case(height: 8, width: 3, step: 3, shortcut: kind),
                    Case(height: 40, width: 30, shortcut: kind, adding: true), Case(shortcut: kind, mean: 30),
                ]
            }
        }
    }

    private let pictures = 3

    private func random(_ shape: [Int], _ seed: UInt64, mean: Float = 0) -> TestTensor {
        var random = RandomStream(seed: seed, .test)
        return TestTensor(shape, (0..<Shape(shape).count).map { _ in mean + random.normal() })
    }

    /// Every `step`-th row of maps.
    private func rows(_ map: Tensor, _ step: Int) -> TestTensor {
        let s = map.shape
        let result = TestTensor([s[0], RowSampling.extent(s[1], step: step), s[2], s[3]])
        RowSampling.forward(map, step: step, into: result.view, team: .solo)
        return result
    }

    /// A block's passes, either of the rows that are read or of all of them, which are sampled then.
    private func run(_ c: Case, sampled: Bool, team: WorkerTeam = .solo) -> Results {
        let context = LayerContext(microBatch: pictures, team: team), step = sampled ? c.step : 1
        let geometry = ConvolutionGeometry(
            inputHeight: c.height, inputWidth: c.width, inputChannels: c.inputs, outputChannels: c.outputs, kernel: 1)
        let projection = ConvolutionBlock(
            "projection", norm: "projection_norm", geometry, rectified: false, rowStep: step, context)
        let block = ConvolutionBlock("block", norm: "norm", geometry, rectified: true, rowStep: step, context)
        context.commit(seed: 5)
        let input = random([pictures, c.height, c.width, c.inputs], 1, mean: c.mean)
        let residual = random([pictures, c.height, c.width, c.outputs], 2)
        let gradient = random([pictures, c.height, c.width, c.outputs], 3)
        let read = rows(gradient.view, c.step)
        RowSampling.backward(read.view, step: c.step, into: gradient.view, team: .solo)
        let residualRows = rows(residual.view, c.step)

        var shortcut: ConvolutionBlock.Shortcut?
        switch c.shortcut {
        case .none: break
        case .map: shortcut = .map(sampled ? residualRows.view : residual.view)
        case .projection:
            projection.project(input.view, LayerCheck.training)
            shortcut = .projection(projection)
        }
        var results = Results()
        let output = block.forward(input.view, adding: shortcut, LayerCheck.training)
        results.output = sampled ? output.array : rows(output, c.step).view.array
        context.parameters.beginBackward(team: team)
        let above = sampled ? read : gradient, inputGradient = random([pictures, c.height, c.width, c.inputs], 4)
        block.backward(above.view, into: inputGradient.view, adding: c.adding, LayerCheck.training)
        if c.shortcut == .projection {
            projection.backwardProjection(above.view, into: inputGradient.view, adding: true)
        }
        if c.shortcut == .map { results.shortcut = sampled ? above.view.array : rows(above.view, c.step).view.array }
        results.inputGradient = inputGradient.view.array
        results.parameters = context.parameters.parameters.map(\.gradient.array)
        results.statistics = context.parameters.statistics.map(\.pending.array)
        let inference = TestTensor(output.shape.array)
        let inferred = c.shortcut == .map ? (sampled ? residualRows.view : residual.view) : nil
        block.infer(input.view, residual: inferred, into: inference.view)
        results.inference = sampled ? inference.view.array : rows(inference.view, c.step).view.array
        return results
    }

    @Test("They leave what blocks that make all rows leave", arguments: Case.all)
    func twin(_ c: Case) {
        // A mean of 30 deviations costs the twin itself a digit and more.
        #expect(run(c, sampled: true).error(to: run(c, sampled: false)) < (c.mean > 1 ? 1e-3 : 1e-5))
    }

    @Test("Threads do not change a bit", arguments: ShortcutKind.allCases)
    func threads(_ kind: ShortcutKind) {
        let c = Case(height: 41, width: 30, shortcut: kind)
        let one = run(c, sampled: true), three = run(c, sampled: true, team: WorkerTeam(3, spins: false))
        #expect(one.error(to: three) == 0)
    }
}

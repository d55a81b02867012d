import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Rows that nobody reads")
struct UnreadRowsTests {
    private let scratch = Scratch()

    private struct Maps {
        let input: TestTensor, weights: TestTensor
        let kept: UnreadRows.Kept, memory: [TestTensor]

        init(height: Int, step: Int, inputs: Int, outputs: Int, mean: Float) {
            var random = RandomStream(seed: 4, .test)
            let (pictures, width) = (2, 9), unread = height - RowSampling.extent(height, step: step)
            func values(_ count: Int, _ mean: Float) -> [Float] { (0..<count).map { _ in mean + random.normal() } }
            input = TestTensor(
                [pictures, height, width, inputs], values(pictures * height * width * inputs, mean))
            weights = TestTensor([outputs, inputs], values(outputs * inputs, 0))
            memory = [[pictures, unread, width, inputs], [inputs], [outputs, inputs], [outputs]].map { TestTensor($0) }
            let views = memory.map(\.view)
            kept = UnreadRows.Kept(centred: views[0], mean: views[1], products: views[2], outputMean: views[3])
        }

        /// The unread pixels, in double precision.
        func pixels(step: Int) -> [[Double]] {
            let s = input.view.shape, values = input.view.array
            return (0..<s[0] * s[1] * s[2]).filter { $0 / s[2] % s[1] % step > 0 }.map { pixel in
                (0..<s[3]).map { Double(values[pixel * s[3] + $0]) }
            }
        }
    }

    private static let cases: [(height: Int, step: Int, inputs: Int, outputs: Int)] = [
        (6, 2, 16, 32), (7, 2, 5, 3), (8, 3, 24, 17), (2, 2, 40, 70), (90, 2, 33, 20),
    ]

    @Test("Their sums are those of their outputs, whatever their mean", arguments: cases, [Float(0.3), 300])
    func totals(_ c: (height: Int, step: Int, inputs: Int, outputs: Int), _ mean: Float) {
        let maps = Maps(height: c.height, step: c.step, inputs: c.inputs, outputs: c.outputs, mean: mean)
        let pixels = maps.pixels(step: c.step), w = maps.weights.view.array, n = Double(pixels.count)
        for threads in [1, 3] {
            var totals = [Double](repeating: 0.25, count: 2 * c.outputs)
            totals.withUnsafeMutableBufferPointer {
                UnreadRows(step: c.step, scratch: scratch, team: team(threads))
                    .addTotals(maps.input.view, weights: maps.weights.view, keeping: maps.kept, to: $0)
            }
            for o in 0..<c.outputs {
                let outputs = pixels.map { p in (0..<c.inputs).reduce(0) { $0 + p[$1] * Double(w[o * c.inputs + $1]) } }
                let average = outputs.reduce(0, +) / n
                let variance = outputs.reduce(0) { $0 + ($1 - average) * ($1 - average) } / n
                let (found, squares) = ((totals[o] - 0.25) / n, (totals[c.outputs + o] - 0.25) / n)
                let deviation = variance.squareRoot()
                // The mean of single-precision pixels is known to their rounding.
                #expect(abs(found - average) < 1e-5 * (deviation + Double(abs(mean)) * Double(c.inputs).squareRoot()))
                #expect(abs(squares - found * found - variance) < 2e-5 * variance, "output \(o)")
            }
        }
    }

    @Test("Their gradients are those of each pixel", arguments: cases)
    func gradients(_ c: (height: Int, step: Int, inputs: Int, outputs: Int)) {
        let maps = Maps(height: c.height, step: c.step, inputs: c.inputs, outputs: c.outputs, mean: 0.5)
        let pixels = maps.pixels(step: c.step), w = maps.weights.view.array.map(Double.init)
        let factor = TestTensor.random([c.outputs], seed: 7), offset = TestTensor.random([c.outputs], seed: 8)
        var weights = [Double](repeating: 2, count: c.outputs * c.inputs), inputs: [Double] = []
        for pixel in pixels {
            var back = [Double](repeating: 0, count: c.inputs)
            for o in 0..<c.outputs {
                let row = w[o * c.inputs..<(o + 1) * c.inputs]
                let z = zip(row, pixel).reduce(0) { $0 + $1.0 * $1.1 }
                let gradient = Double(offset.view[o]) + Double(factor.view[o]) * z
                for i in 0..<c.inputs {
                    weights[o * c.inputs + i] += gradient * pixel[i]
                    back[i] += gradient * w[o * c.inputs + i]
                }
            }
            inputs += back
        }
        for threads in [1, 3] {
            let unread = UnreadRows(step: c.step, scratch: scratch, team: team(threads))
            var totals = [Double](repeating: 0, count: 2 * c.outputs)
            totals.withUnsafeMutableBufferPointer {
                unread.addTotals(maps.input.view, weights: maps.weights.view, keeping: maps.kept, to: $0)
            }
            let weightGradient = TestTensor([c.outputs, c.inputs])
            let inputGradient = TestTensor(maps.memory[0].view.shape.array)
            weightGradient.view.fill(2)
            inputGradient.view.fill(.nan)
            unread.addGradients(
                factor: factor.view, offset: offset.view, weights: maps.weights.view, maps.kept,
                to: weightGradient.view, into: inputGradient.view)
            #expect(relativeError(weightGradient.view.array, weights) < 1e-5)
            #expect(relativeError(inputGradient.view.array, inputs) < 1e-5)
        }
    }
}

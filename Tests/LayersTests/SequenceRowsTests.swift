import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Sequences of several lengths, one behind the other")
struct SequenceRowsTests {
    private static let lengths = [3, 1, 4, 2], width = 12, columns = 5

    /// What a decoder layer gives for sequences, and the gradients of its input, its memory and its parameters.
    private struct Outcome {
        var output: [Float], input: [Float], memory: [Float], parameters: [[Float]]
    }

    private static func random(_ shape: [Int], seed: UInt64) -> TestTensor {
        var random = RandomStream(seed: seed, .test)
        return TestTensor(shape, (0..<shape.reduce(1, *)).map { _ in random.normal() })
    }

    private func layer(_ isPreNorm: Bool, threads: Int) -> (DecoderLayer, LayerContext) {
        let context = LayerContext(microBatch: Self.lengths.count, team: WorkerTeam(threads, spins: false))
        let shape = TransformerShape(width: Self.width, heads: 3, inner: 20, dropout: 0.2, isPreNorm: isPreNorm)
        let layer = DecoderLayer("x", length: 4, memoryLength: Self.columns, shape, context)
        context.commit(seed: 3)
        return (layer, context)
    }

    private func run(
        _ layer: DecoderLayer, _ context: LayerContext, _ x: TestTensor, _ memory: TestTensor, _ pass: Pass
    ) -> Outcome {
        let output = layer.forward(x.view, memory: memory.view, pass).array
        let gradient = TestTensor(x.view.shape.array, x.view.array.map { 1 - $0 * $0 })
        let memoryGradient = TestTensor(memory.view.shape.array)
        context.parameters.beginBackward(team: context.team)
        layer.backward(gradient.view, addingToMemory: memoryGradient.view, pass)
        return Outcome(
            output: output, input: gradient.view.array, memory: memoryGradient.view.array,
            parameters: context.parameters.parameters.map(\.gradient.array))
    }

    @Test("A decoder layer gives each sequence what it gives it alone", arguments: [false, true], [1, 3])
    func alone(_ isPreNorm: Bool, _ threads: Int) {
        let (layer, context) = layer(isPreNorm, threads: threads)
        let (rows, line) = (SequenceRows(lengths: Self.lengths), Self.columns * Self.width)
        let x = Self.random([rows.total, Self.width], seed: 1)
        let memory = Self.random([rows.count, Self.columns, Self.width], seed: 2)
        let positions = (0..<rows.count).map { UInt64(40 + $0) }
        let together = run(
            layer, context, x, memory, .training(SampleRandomness(seed: 7, positions: positions)).over(rows))
        var sums = together.parameters.map { [Double](repeating: 0, count: $0.count) }
        for n in 0..<rows.count {
            let own = rows[n], elements = own.lowerBound * Self.width..<own.upperBound * Self.width
            let places = n * line..<(n + 1) * line
            let one = run(
                layer, context, TestTensor([1, own.count, Self.width], Array(x.view.array[elements])),
                TestTensor([1, Self.columns, Self.width], Array(memory.view.array[places])),
                .training(SampleRandomness(seed: 7, positions: [positions[n]])))
            #expect(one.output == Array(together.output[elements]), "output of sequence \(n)")
            #expect(one.input == Array(together.input[elements]), "input gradient of sequence \(n)")
            #expect(one.memory == Array(together.memory[places]), "memory gradient of sequence \(n)")
            for index in sums.indices {
                for element in sums[index].indices { sums[index][element] += Double(one.parameters[index][element]) }
            }
        }
        for (parameter, sum) in zip(together.parameters, sums) {
            #expect(relativeError(parameter, sum) < 1e-5, "the parameters' gradients are sums over sequences")
        }
    }

    @Test("Backward agrees with finite differences", arguments: [false, true])
    func differences(_ isPreNorm: Bool) {
        let context = LayerContext(microBatch: Self.lengths.count, team: .solo)
        let shape = TransformerShape(width: Self.width, heads: 3, inner: 20, dropout: 0.2, isPreNorm: isPreNorm)
        let layer = DecoderLayer("x", length: 4, memoryLength: Self.columns, shape, context)
        let rows = SequenceRows(lengths: Self.lengths)
        let memory = Self.random([rows.count, Self.columns, Self.width], seed: 2)
        let check = LayerCheck(context) {
            layer.forward($0, memory: memory.view, $1.over(rows))
        } backward: {
            let memoryGradient = TestTensor(memory.view.shape.array)
            layer.backward($0, addingToMemory: memoryGradient.view, $2.over(rows))
            $1.assign($0)
        }
        #expect(check.disagreements(input: [rows.total, Self.width], step: 1e-3, bound: 0.05) == [])
    }

    @Test("Positions begin anew with each sequence", arguments: Positions.Method.allCases)
    func positions(_ method: Positions.Method) {
        let context = LayerContext(microBatch: Self.lengths.count, team: .solo)
        let positions = Positions("x", method, length: 4, width: Self.width, dropout: 0, context)
        context.commit(seed: 1)
        let rows = SequenceRows(lengths: Self.lengths), pass = LayerCheck.training.over(rows)
        let x = TestTensor([rows.total, Self.width])
        positions.apply(to: x.view, pass)
        let first = x.view.slice(rows[2])
        for n in 0..<rows.count {
            #expect(x.view.slice(rows[n]).array == first.prefix(rows[n].count).array)
            #expect(first.slice(0..<1).array != first.slice(1..<2).array)
        }
        guard method == .learned else { return }
        context.parameters.beginBackward(team: .solo)
        let gradient = TestTensor([rows.total, Self.width])
        gradient.view.fill(1)
        positions.backward(gradient.view, pass)
        let counts = (0..<4).map { position in Float(Self.lengths.count { $0 > position }) }
        let expected = counts.flatMap { Array(repeating: $0, count: Self.width) }
        #expect(context.parameters.parameters[0].gradient.array == expected)
    }
}

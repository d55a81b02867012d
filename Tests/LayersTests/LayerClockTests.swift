import Layers
import Tensors
import TestSupport
import Testing

struct LayerClockTests {
    @Test func `A layer inside another counts as part of it`() {
        let clock = LayerClock()
        clock.begin("outer", .forward)
        clock.begin("inner", .forward)
        clock.end()
        clock.end()
        clock.begin("inner", .backward)
        clock.end()
        #expect(clock.entries.map(\.name) == ["outer", "inner"])
        #expect(clock.entries.map { Set($0.seconds.keys) } == [[.forward], [.backward]])
        clock.reset()
        #expect(clock.entries.isEmpty)
    }

    @Test func `Calls of one layer add up, and layers without a clock compute the same`() {
        let context = LayerContext(microBatch: 2, team: .solo)
        let shape = TransformerShape(width: 8, heads: 2, inner: 16, dropout: 0, isPreNorm: false)
        let layer = EncoderLayer("encoder", length: 3, shape, context)
        context.commit(seed: 1)
        let input = TestTensor([2, 3, 8], (0..<48).map { Float($0 % 7) - 3 })
        let silent = layer.forward(input.view, .inference).array
        let clock = LayerClock()
        context.clock = clock
        for _ in 0..<2 {
            #expect(layer.forward(input.view, .inference).array == silent)
            context.parameters.beginBackward(team: .solo)
            let gradient = TestTensor([2, 3, 8], silent)
            layer.backward(gradient.view, into: nil, .inference)
        }
        #expect(clock.entries.map(\.name) == ["encoder"])
        let entry = clock.entries[0]
        #expect(entry.seconds.count == 2)
        #expect(entry.total == entry.seconds.values.reduce(0, +))
    }
}

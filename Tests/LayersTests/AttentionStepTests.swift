import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite("Attention of one position at a time")
struct AttentionStepTests {
    @Test("The probabilities that a step hands out are those of the whole pass")
    func probabilities() {
        let (pictures, length, memoryLength, width, heads) = (2, 3, 5, 8, 2)
        let context = LayerContext(microBatch: pictures, team: .solo)
        let attention = MultiHeadAttention(
            "test", length: length, memoryLength: memoryLength, width: width, heads: heads, dropout: 0, context)
        context.commit(seed: 3)
        func values(_ count: Int, _ factor: Float) -> [Float] {
            (0..<count).map { 2 * sin(factor * Float($0 * $0 % 89)) }
        }
        let x = TestTensor([pictures, length, width], values(pictures * length * width, 1.3))
        let memory = TestTensor([pictures, memoryLength, width], values(pictures * memoryLength * width, 0.7))
        _ = attention.forward(x.view, memory: memory.view, .inference)
        let whole = attention.probabilities.tensor.array

        let rows = pictures * length
        context.scratch.with(Shape(pictures, memoryLength, 2 * width), Shape(rows, width)) { keys, result in
            attention.projectMemory(memory.view, into: keys)
            context.scratch.with(Shape(rows, heads, memoryLength)) { seen in
                attention.stepMemory(
                    x.view.reshaped(rows, width), memory: keys, picture: { $0 / length }, probabilities: seen,
                    into: result)
                // Whole: [N, h, L, T]; by steps: [N·L, h, T].
                for row in 0..<rows {
                    for head in 0..<heads {
                        for column in 0..<memoryLength {
                            let place = ((row / length * heads + head) * length + row % length) * memoryLength + column
                            #expect(abs(seen[(row * heads + head) * memoryLength + column] - whole[place]) < 1e-6)
                        }
                    }
                }
            }
        }
        #expect(Set(whole.map { ($0 * 1000).rounded() }).count > 5, "uniform attention would show nothing")
    }
}

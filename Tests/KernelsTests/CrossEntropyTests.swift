import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Cross-entropy")
struct CrossEntropyTests {
    @Test(
        "Loss and gradient agree with PyTorch, over batches and sequences",
        arguments: Fixture.cases("cross_entropy"))
    func golden(_ name: String) throws {
        let fixture = try Fixture("cross_entropy", name)
        let logits = try fixture.tensor("logits"), shape = logits.view.shape
        var weights = [Float](repeating: 1 / Float(shape[0]), count: shape.rows)
        if try fixture.has("lengths") {
            let length = shape[1]
            for (n, labels) in try fixture.integers("lengths").enumerated() {
                for position in 0..<length {
                    weights[n * length + position] =
                        position <= labels ? 1 / Float(shape[0] * (labels + 1)) : 0
                }
            }
        }
        let loss = CrossEntropy.lossAndGradient(
            logits.view, targets: try fixture.integers("targets").map { max($0, 0) }, weights: weights,
            smoothing: Float(try fixture.real("label_smoothing")))
        #expect(abs(loss / (try fixture.real("loss")) - 1) < 1e-6)
        #expect(relativeError(logits.view.array, try fixture.values("logits_gradient")) < 1e-6)
    }

    @Test(
        "Excluded classes have no probability and no gradient: the row is one over the others alone",
        arguments: [Float(0), 0.2])
    func allowed(_ smoothing: Float) {
        let kept = [0, 2, 3, 6], full = TestTensor.random([1, 7], seed: 1, scale: 2)
        let small = TestTensor([1, 4], kept.map { full.view[$0] })
        full.view[1] = 50
        let loss = CrossEntropy.lossAndGradient(
            full.view, targets: [3], weights: [0.5], smoothing: smoothing,
            allowed: { $0 == 0 && kept.contains($1) })
        let expected = CrossEntropy.lossAndGradient(
            small.view, targets: [2], weights: [0.5], smoothing: smoothing)
        #expect(abs(loss - expected) < 1e-7)
        for column in 0..<7 {
            let gradient = kept.firstIndex(of: column).map { small.view[$0] } ?? 0
            #expect(abs(full.view[column] - gradient) < 1e-7)
        }
    }

    @Test("Logits of any size give finite losses; a row of weight 0 has no loss and no gradient")
    func extremes() {
        let logits = TestTensor([3, 2], [3e4, -3e4, 3e4, -3e4, .nan, .nan])
        let loss = CrossEntropy.lossAndGradient(logits.view, targets: [0, 1, 0], weights: [1, 1, 0])
        #expect(loss == 6e4)
        #expect(logits.view.array == [0, 0, 1, -1, 0, 0])
    }

    @Test("The gradient is that of the loss, by differences in every logit", arguments: [Float(0), 0.1])
    func differences(_ smoothing: Float) {
        let start = TestTensor.random([2, 5], seed: 3).view.array
        func loss(_ values: [Float]) -> (Double, [Float]) {
            let logits = TestTensor([2, 5], values)
            let loss = CrossEntropy.lossAndGradient(
                logits.view, targets: [4, 1], weights: [0.7, 1.3], smoothing: smoothing)
            return (loss, logits.view.array)
        }
        let gradient = loss(start).1
        for index in start.indices {
            var (up, down) = (start, start)
            up[index] += 0x1p-7
            down[index] -= 0x1p-7
            let numeric = (loss(up).0 - loss(down).0) / Double(up[index] - down[index])
            #expect(abs(numeric - Double(gradient[index])) < 1e-4)
        }
    }

    @Test("A class that does not exist ends the program")
    func badClass() async {
        await #expect(processExitsWith: .failure) {
            _ = CrossEntropy.lossAndGradient(TestTensor([1, 3]).view, targets: [3], weights: [1])
        }
    }
}

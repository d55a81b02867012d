import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Adam")
struct AdamTests {
    @Test("Three steps agree with PyTorch, with and without clip and decay", arguments: Fixture.cases("adam"))
    func golden(_ name: String) throws {
        let fixture = try Fixture("adam", name)
        let initial = try fixture.values("initial"), count = initial.count
        let gradients = try fixture.values("gradients"), largest = try fixture.real("largest_gradient_norm")
        let θ = TestTensor([count], initial.map { Float($0) }), m = TestTensor([count]),
            v = TestTensor([count])
        for step in 1...3 {
            let range = (step - 1) * count..<step * count
            let g = TestTensor([count], gradients[range].map { Float($0) })
            var update = AdamUpdate(learningRate: Float(try fixture.real("learning_rate")))
            update.weightDecay = Float(try fixture.real("weight_decay"))
            let norm = sumOfSquares(g.view, team: .solo).squareRoot()
            if largest > 0 {
                #expect(abs(norm / (try fixture.values("gradient_norms")[step - 1]) - 1) < 1e-6)
                update.gradientScale = Float(min(1, largest / (norm + 1e-6)))
            }
            let before = g.view.array
            update.apply(
                step: step, values: θ.view, gradient: g.view, firstMoment: m.view, secondMoment: v.view,
                team: .solo)
            #expect(g.view.array == before, "the gradient is left as it is")
            #expect(relativeError(m.view.array, Array(try fixture.values("first_moments")[range])) < 1e-6)
            #expect(relativeError(v.view.array, Array(try fixture.values("second_moments")[range])) < 1e-6)
            // What a step moves, not where it ends: a parameter is many learning rates large.
            let moved = zip(θ.view.array, initial).map { Double($0) - $1 }
            let expected = zip(try fixture.values("parameters")[range], initial).map { $0 - $1 }
            #expect(relativeError(moved.map { Float($0) }, expected) < 1e-4)
        }
    }

    @Test("Every element of a large buffer is updated once, whatever the team", arguments: [1, 3])
    func large(_ threads: Int) {
        let count = 100_003
        let θ = TestTensor([count]), g = TestTensor.random([count], seed: 1)
        let m = TestTensor([count]), v = TestTensor([count])
        var update = AdamUpdate(learningRate: 0.5)
        update.epsilon = 0
        update.apply(
            step: 1, values: θ.view, gradient: g.view, firstMoment: m.view, secondMoment: v.view,
            team: team(threads))
        // The first step without ε is the rate against the gradient's sign.
        let wrong = zip(θ.view.array, g.view.array).count { abs($0 + ($1 > 0 ? 0.5 : -0.5)) > 1e-5 }
        #expect(wrong == 0)
    }

    @Test("A gradient in two parts has the bits of their sum", arguments: [1, 3])
    func parts(_ threads: Int) {
        let count = 100_003
        let first = TestTensor.random([count], seed: 1), second = TestTensor.random([count], seed: 2)
        let sum = TestTensor([count], zip(first.view.array, second.view.array).map { $0 + $1 })
        var update = AdamUpdate(learningRate: 0.5)
        (update.weightDecay, update.gradientScale) = (0.1, 0.7)
        func updated(_ gradient: Tensor, plus addend: Tensor?) -> [[UInt32]] {
            let all = (3...5).map { TestTensor.random([count], seed: $0) }
            for place in 0..<count { all[2].view[place] = abs(all[2].view[place]) }
            update.apply(
                step: 3, values: all[0].view, gradient: gradient, plus: addend, firstMoment: all[1].view,
                secondMoment: all[2].view, team: team(threads))
            return all.map { $0.view.array.map(\.bitPattern) }
        }
        #expect(updated(first.view, plus: second.view) == updated(sum.view, plus: nil))
        #expect(updated(first.view, plus: nil) != updated(sum.view, plus: nil))
    }

    @Test("The correction of late steps does not drift")
    func lateSteps() {
        for step in [1, 10, 1000, 84_000] {
            let θ = TestTensor([1]), g = TestTensor([1], [1]), m = TestTensor([1], [0.25]),
                v = TestTensor([1], [0.5])
            AdamUpdate(learningRate: 1).apply(
                step: step, values: θ.view, gradient: g.view, firstMoment: m.view, secondMoment: v.view,
                team: .solo)
            let first = 0.9 * 0.25 + 0.1, second = 0.999 * 0.5 + 0.001
            let expected =
                -first / (1 - pow(0.9, Double(step)))
                / ((second / (1 - pow(0.999, Double(step)))).squareRoot() + 1e-8)
            #expect(abs(Double(θ.view[0]) / expected - 1) < 1e-5, "step \(step)")
        }
    }
}

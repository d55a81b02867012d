import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Exponential and softmax")
struct ExponentialTests {
    /// Applies a function of registers to any number of values.
    private func apply(_ values: [Float], _ function: (Lanes) -> Lanes) -> [Float] {
        let lanes = Lanes.scalarCount
        return stride(from: 0, to: values.count, by: lanes).flatMap { start -> [Float] in
            var register = Lanes.zero
            for lane in 0..<min(lanes, values.count - start) { register[lane] = values[start + lane] }
            let result = function(register)
            return (0..<min(lanes, values.count - start)).map { result[$0] }
        }
    }

    @Test("eˣ is within 2e-7 over its whole range, and stays at e^±87 beyond it")
    func exponentialAccuracy() {
        let values = (-87_000...87_000).map { Float($0) / 1000 }
        var worst = 0.0
        for (x, y) in zip(values, apply(values) { exponential($0) }) {
            worst = max(worst, abs(Double(y) / exp(Double(x)) - 1))
        }
        #expect(worst < 2e-7)
        #expect(apply([0]) { exponential($0) } == [1])
        let ends = apply([-87, 87]) { exponential($0) }
        #expect(
            apply([-88, -1e30, -.infinity, 88, 1e30, .infinity]) { exponential($0) }
                == [ends[0], ends[0], ends[0], ends[1], ends[1], ends[1]])
    }

    @Test("The logistic function and the hyperbolic tangent are within 2e-7 of Double's")
    func sigmoids() {
        let values = (-4000...4000).map { Float($0) / 100 } + [-1e4, 1e4, 1e-6, -1e-6]
        for (x, y) in zip(values, apply(values) { logistic($0) }) {
            #expect(abs(Double(y) - 1 / (1 + exp(-Double(x)))) < 2e-7, "at \(x)")
        }
        for (x, y) in zip(values, apply(values) { hyperbolicTangent($0) }) {
            #expect(abs(Double(y) - tanh(Double(x))) < 2.5e-7, "at \(x)")
        }
    }

    private func reference(_ row: [Float]) -> [Double] {
        let largest = Double(row.max() ?? 0)
        let powers = row.map { exp(Double($0) - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    @Test("Softmax rows of every length agree with Double", arguments: Array(1...40) + [751, 4096, 100_003])
    func softmaxLengths(_ width: Int) {
        for (scale, shift) in [(Float(1), Float(0)), (30, 500), (0.001, -1e4)] {
            let rows = TestTensor.random([3, width], seed: UInt64(width), scale: scale, shift: shift)
            let expected = (0..<3).map { reference(rows.view.slice($0..<$0 + 1).array) }
            Softmax.forward(rows.view, team: team(3))
            for row in 0..<3 {
                let found = rows.view.slice(row..<row + 1).array
                #expect(relativeError(found, expected[row]) < 2e-6 + 2e-10 * Double(width))
                #expect(abs(found.reduce(0) { $0 + Double($1) } - 1) < 2e-6 + 2e-10 * Double(width))
            }
        }
    }

    @Test(
        "−∞ and what is far below the largest become exactly 0, wherever they lie",
        arguments: [5, 16, 23, 64])
    func infinities(_ width: Int) {
        for hole in 0..<width {
            let row = TestTensor.random([1, width], seed: 3)
            row.view[hole] = -.infinity
            if hole > 0 { row.view[hole - 1] = -200 }
            let expected = reference(row.view.array)
            Softmax.forward(row.view, team: .solo)
            #expect(row.view[hole] == 0 && (hole == 0 || row.view[hole - 1] == 0))
            #expect(relativeError(row.view.array, expected) < 1e-6)
        }
    }
}

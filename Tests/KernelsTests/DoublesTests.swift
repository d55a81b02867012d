import Foundation
import Testing

@testable import Kernels

@Suite("Exponentials and logarithms in double precision")
struct DoublesTests {
    private func apply(_ values: [Double], _ function: (Doubles) -> Doubles) -> [Double] {
        stride(from: 0, to: values.count, by: 8).flatMap { start -> [Double] in
            var register = Doubles.zero
            for lane in 0..<min(8, values.count - start) { register[lane] = values[start + lane] }
            let result = function(register)
            return (0..<min(8, values.count - start)).map { result[$0] }
        }
    }

    @Test("eˣ is within 1e-15 over its whole range, 0 below it, and NaN stays NaN")
    func exponentials() {
        let values = (-70_799...70_899).map { Double($0) / 100 } + (-9999...9999).map { Double($0) / 1e4 }
        var worst = 0.0
        for (x, y) in zip(values, apply(values) { exponential($0) }) { worst = max(worst, abs(y / exp(x) - 1)) }
        #expect(worst < 1e-15)
        #expect(apply([0, -709, -1e300, -.infinity]) { exponential($0) } == [1, 0, 0, 0])
        #expect(apply([.nan]) { exponential($0) }[0].isNaN)
    }

    @Test("ln(eᵃ + eᵇ + eᶜ) is within 1e-15 of the sum's size, whatever the distances; −∞ adds nothing")
    func sums() {
        let places: [Double] = [0, -1e-9, -0.3, -0.693_147, -1, -5, -36, -40, -300, -1e4, -.infinity]
        for shift in [0, -1000, 12.5] as [Double] {
            for a in places {
                for b in places {
                    for c in places {
                        let all = [a, b, c], largest = all.max()!
                        let found = logSum(
                            Doubles(repeating: a + shift), Doubles(repeating: b + shift), Doubles(repeating: c + shift))[
                                3]
                        guard largest > -.infinity else {
                            #expect(found == -.infinity)
                            continue
                        }
                        let rest = all.reduce(0) { $0 + exp($1 - largest) } - 1
                        let exact = largest + shift + log1p(rest)
                        #expect(abs(found - exact) <= 1e-15 * max(1, abs(exact)), "\(all) \(shift)")
                    }
                }
            }
        }
        #expect(logSum(Doubles(repeating: 0), Doubles(repeating: .nan), Doubles(repeating: -1))[0].isNaN)
    }
}

import Foundation
import Tensors
import Testing

@testable import Studies

@Suite("Statistics of studies")
struct StatisticsTests {
    private func seeds(_ count: Int, people: Int, effect: Double, noise: Double, number: Int) -> [PairedDifference.Seed]
    {
        var random = RandomStream(seed: 9, .test, index: UInt64(number))
        return (0..<count).map { _ in
            let shift = effect + noise * Double(random.normal())
            let reference = (0..<people).map { _ in Double(random.uniform()) * 3 }
            let arm = reference.map { $0 + 3 * (shift + 0.2 * Double(random.normal())) }
            return .init(arm: arm, reference: reference, counts: [Double](repeating: 3, count: people))
        }
    }

    @Test("A difference by hand: sums over people, by the number of queries")
    func byHand() {
        let seed = PairedDifference.Seed(arm: [1, 2], reference: [2, 2], counts: [2, 2])
        let other = PairedDifference.Seed(arm: [2, 2], reference: [2, 1], counts: [2, 2])
        #expect(PairedDifference([seed]).mean == -0.25)
        #expect(PairedDifference([seed, other]).mean == 0)
        #expect(PairedDifference([seed]).seedDeviation == nil)
        #expect(abs((PairedDifference([seed, other]).seedDeviation ?? 0) - 0.125.squareRoot()) < 1e-12)
        #expect(PairedDifference([.init(arm: [1, 1], reference: [1, 1], counts: [1, 1])]).p == 1)
    }

    @Test("The interval holds the true difference about as often as it says, and p is small as often as it may")
    func coverage() {
        var (held, small) = (0, 0)
        let repetitions = 300
        for number in 0..<repetitions {
            let truth = PairedDifference(seeds(8, people: 40, effect: 0.05, noise: 0.02, number: number))
            if truth.low <= 0.05 && 0.05 <= truth.high { held += 1 }
            let null = PairedDifference(seeds(5, people: 40, effect: 0, noise: 0.02, number: number + 1000))
            if null.p < 0.05 { small += 1 }
        }
        #expect((0.88...0.99).contains(Double(held) / Double(repetitions)), "\(held) of \(repetitions)")
        #expect(Double(small) / Double(repetitions) < 0.08, "\(small) of \(repetitions)")
    }

    @Test("A large effect over five seeds is found")
    func power() {
        let found = (0..<50).count {
            PairedDifference(seeds(5, people: 40, effect: -0.2, noise: 0.01, number: $0)).p < 0.01
        }
        #expect(found >= 48)
    }

    @Test(
        "Student's distribution as in tables",
        arguments: [(2.776, 4.0, 0.05), (4.604, 4.0, 0.01), (12.706, 1.0, 0.05), (1.96, 1e6, 0.05), (0, 3.0, 1)])
    func student(_ t: Double, _ degrees: Double, _ expected: Double) {
        #expect(abs(StudentT.twoSided(t, degrees: degrees) - expected) < 2e-4)
    }

    @Test("Holm's correction by hand, and the seeds that a point needs")
    func holm() {
        let adjusted = Comparisons.holm([0.01, 0.04, 0.03, 0.005])
        for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(found - expected) < 1e-12) }
        #expect(Comparisons.holm([]).isEmpty && Comparisons.holm([0.7, 0.9]) == [1, 1])
        // ((1.96 + 0.84)·2)² = 31.4
        #expect(Comparisons.seedsNeeded(deviation: 0.02, effect: 0.01) == 32)
        #expect(Comparisons.seedsNeeded(deviation: 0, effect: 0.01) == 3)
    }
}

internal import Foundation
internal import Tensors

/// The difference between two arms that were tested on the same people, seed by seed.
///
/// δ = mean over seeds of Σᵢ(aᵢ − rᵢ) / Σᵢnᵢ, i over people, aᵢ and rᵢ the sums of both arms' values over person i's nᵢ
/// queries (or known attributes). Pictures of a person are no independent samples, people are: the interval draws people
/// with replacement, the same for both arms and all seeds, and seeds, too, where there are three or more (Davison and
/// Hinkley 1997, sections 2.4 and 3.8).
public struct PairedDifference: Equatable, Sendable {
    /// One seed's sums of both arms, person by person.
    public struct Seed: Equatable, Sendable {
        /// Sums of values over a person's queries.
        public let arm: [Double], reference: [Double]

        /// A person's queries.
        public let counts: [Double]

        /// Sums of one seed; as many people on both sides.
        public init(arm: [Double], reference: [Double], counts: [Double]) {
            precondition(
                arm.count == reference.count && arm.count == counts.count,
                "\(arm.count) people, \(reference.count) in the reference, \(counts.count) counts")
            (self.arm, self.reference, self.counts) = (arm, reference, counts)
        }

        var difference: Double { (arm.reduce(0, +) - reference.reduce(0, +)) / counts.reduce(0, +) }
    }

    /// δ, as a share.
    public let mean: Double

    /// The interval that holds 95 % of the draws.
    public let low: Double, high: Double

    /// Two-sided p: of t = δ / √(s²/S + v) with S − 1 degrees of freedom, s² the variance of the S seeds' differences and
    /// v that of δ over draws of people; with fewer than three seeds of δ/√v under the normal distribution, which knows
    /// nothing of the noise between trainings.
    public let p: Double

    /// Standard deviation of the seeds' differences; nil with one seed.
    public let seedDeviation: Double?

    static let replicates = 2000

    /// The difference over all seeds.
    public init(_ seeds: [Seed], randomSeed: UInt64 = 1) {
        let people = seeds.first?.counts.count ?? 0
        let each = seeds.map(\.difference)
        let count = Double(seeds.count)
        let mean = each.reduce(0, +) / count
        self.mean = mean
        let variance = each.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / max(1, count - 1)
        seedDeviation = seeds.count > 1 ? variance.squareRoot() : nil
        var (draws, peopleDraws): ([Double], [Double]) = ([], [])
        for replicate in 0..<Self.replicates {
            var random = RandomStream(seed: randomSeed, .bootstrap, index: UInt64(replicate))
            var drawn = [Double](repeating: 0, count: people)
            for _ in 0..<people { drawn[random.below(people)] += 1 }
            let differences = seeds.map { seed in
                var (sum, total) = (0.0, 0.0)
                for person in 0..<people where drawn[person] > 0 {
                    sum += drawn[person] * (seed.arm[person] - seed.reference[person])
                    total += drawn[person] * seed.counts[person]
                }
                return total > 0 ? sum / total : 0
            }
            peopleDraws.append(differences.reduce(0, +) / count)
            draws.append(
                seeds.count < 3
                    ? differences.reduce(0, +) / count
                    : (0..<seeds.count).map { _ in differences[random.below(seeds.count)] }.reduce(0, +) / count)
        }
        draws.sort()
        low = draws[Int(0.025 * Double(draws.count))]
        high = draws[min(draws.count - 1, Int(0.975 * Double(draws.count)))]
        let center = peopleDraws.reduce(0, +) / Double(peopleDraws.count)
        let peopleVariance =
            peopleDraws.map { ($0 - center) * ($0 - center) }.reduce(0, +) / Double(peopleDraws.count - 1)
        let scale = seeds.count < 3 ? peopleVariance : variance / count + peopleVariance
        if scale <= 0 {
            p = mean == 0 ? 1 : 0
        } else {
            let t = abs(mean) / scale.squareRoot()
            p = seeds.count < 3 ? erfc(t / 2.0.squareRoot()) : StudentT.twoSided(t, degrees: count - 1)
        }
    }

    /// Whether the interval leaves zero out.
    public var excludesZero: Bool { low > 0 || high < 0 }
}

internal import MPI
internal import PersonData
internal import Tensors

/// Tallies by identity, and the intervals that follow from them.
///
/// Pictures of a person have the same labels and look alike: they are no independent samples, people are. A bootstrap
/// therefore draws identities with replacement, each with all its pictures (Davison and Hinkley 1997, section 3.8).
struct IdentityTallies {
    private let table: AttributeTable
    private let places: [Int: Int]
    private var tallies: [String: [Int64]] = [:]

    /// Draws of a bootstrap.
    static let replicates = 1000

    /// Tallies of `identities`, which are the same and in the same order on every rank, by `methods`.
    init(_ table: AttributeTable, identities: [Int], methods: [String]) {
        self.table = table
        places = Dictionary(uniqueKeysWithValues: identities.enumerated().map { ($1, $0) })
        for method in methods {
            tallies[method] = [Int64](repeating: 0, count: identities.count * AttributeTally.width(table))
        }
    }

    /// Takes a picture of `identity`.
    mutating func add(
        _ identity: Int, _ labels: PersonLabels, _ readings: [(method: String, readings: [AttributeReading])]
    ) {
        guard let place = places[identity] else { return }
        let width = AttributeTally.width(table)
        for (method, said) in readings {
            var tally = AttributeTally(table)
            tally.add(labels, said)
            for (index, count) in tally.counts.enumerated() where count != 0 {
                tallies[method]?[place * width + index] += count
            }
        }
    }

    /// Adds what the other ranks counted; collective, with the same methods in the same order.
    mutating func sum(over world: Communicator, methods: [String]) throws {
        for method in methods {
            var counts = tallies[method] ?? []
            try world.allReduce(&counts, .sum)
            tallies[method] = counts
        }
    }

    /// A method's right answers and known pictures, of each identity and attribute.
    func answers(_ method: String) -> (right: [[Int]], known: [[Int]]) {
        let (width, attributes) = (AttributeTally.width(table), table.attributes.count)
        let counts = tallies[method] ?? []
        let rows = (0..<places.count).map { counts[($0 * width)..<($0 * width + 2 * attributes)].map(Int.init) }
        return (rows.map { Array($0[attributes...]) }, rows.map { Array($0[..<attributes]) })
    }

    /// A method's figures with their intervals. All methods draw the same identities.
    func protocols(_ method: String, seed: UInt64 = 1) -> AttributeProtocols {
        let counts = tallies[method] ?? []
        let all = sum(counts, drawn: [Int](repeating: 1, count: places.count))
        var draws: [AttributeFigures] = []
        var accuracies: [[Double?]] = []
        for replicate in 0..<(places.isEmpty ? 0 : Self.replicates) {
            var random = RandomStream(seed: seed, .bootstrap, index: UInt64(replicate))
            var drawn = [Int](repeating: 0, count: places.count)
            for _ in 0..<places.count { drawn[random.below(places.count)] += 1 }
            let tally = sum(counts, drawn: drawn)
            draws.append(tally.figures)
            accuracies.append(tally.accuracies)
        }
        let usual = table.usualAttributes.map { places in
            let (value, drawn) = (Self.mean(all.accuracies, places), accuracies.map { Self.mean($0, places) })
            return AttributeInterval(
                value: value, low: Self.quantile(drawn, 0.025), high: Self.quantile(drawn, 0.975))
        }
        return AttributeProtocols(
            figures: all.figures, low: Self.quantile(draws, 0.025), high: Self.quantile(draws, 0.975),
            accuracies: all.accuracies.enumerated().map { attribute, value in
                let drawn = accuracies.compactMap { $0[attribute] }
                return value.map {
                    AttributeInterval(
                        value: $0, low: Self.quantile(drawn, 0.025), high: Self.quantile(drawn, 0.975))
                }
            },
            usual: usual, identities: places.count, replicates: draws.count, labels: all.decidableLabels)
    }

    /// The sum of all identities' tallies, each as often as it was drawn.
    private func sum(_ counts: [Int64], drawn: [Int]) -> AttributeTally {
        var tally = AttributeTally(table)
        let width = tally.counts.count
        for (place, times) in drawn.enumerated() where times > 0 {
            for index in 0..<width { tally.counts[index] &+= Int64(times) &* counts[place * width + index] }
        }
        return tally
    }

    /// The plain mean over some attributes, of those that are known of some picture.
    private static func mean(_ accuracies: [Double?], _ places: [Int]) -> Double {
        AttributeScores.mean(places.map { accuracies[$0] })
    }

    /// Each figure's quantile, between the two nearest of the draws.
    static func quantile(_ draws: [AttributeFigures], _ share: Double) -> AttributeFigures {
        func quantile(_ path: KeyPath<AttributeFigures, Double>) -> Double {
            self.quantile(draws.map { $0[keyPath: path] }, share)
        }
        return AttributeFigures(
            attributeAccuracy: quantile(\.attributeAccuracy), labelMA: quantile(\.labelMA),
            instanceAccuracy: quantile(\.instanceAccuracy), instancePrecision: quantile(\.instancePrecision),
            instanceRecall: quantile(\.instanceRecall), instanceF1: quantile(\.instanceF1))
    }

    /// The quantile of some values, between the two nearest of them; 0 of none.
    private static func quantile(_ values: [Double], _ share: Double) -> Double {
        let values = values.sorted()
        guard let last = values.indices.last else { return 0 }
        let place = share * Double(last)
        let below = Int(place)
        return values[below] + (place - Double(below)) * (values[min(below + 1, last)] - values[below])
    }
}

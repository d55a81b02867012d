/// A training's figures, person by person.
enum MeasureSums {
    /// Share of queries whose nearest is right.
    static func rank1(_ scores: JobScores) -> Double {
        Double(scores.leading.rank1.reduce(0, +)) / Double(max(1, scores.leading.rank1.count))
    }

    /// Mean average precision.
    static func precision(_ scores: JobScores) -> Double {
        scores.leading.precision.reduce(0, +) / Double(max(1, scores.leading.precision.count))
    }

    /// Mean over the attributes of the share of right answers; nil without an attribute.
    static func attributes(_ scores: JobScores) -> Double? {
        let shares = scores.attributes.indices.compactMap { attribute -> Double? in
            let known = scores.known.map { $0[attribute] }.reduce(0, +)
            return known == 0 ? nil : Double(scores.right.map { $0[attribute] }.reduce(0, +)) / Double(known)
        }
        return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }

    /// The sums of two trainings over the people of their test; nil where they were tested on others.
    static func pair(
        _ arm: JobScores, _ reference: JobScores, _ measure: StudyRecipe.Measure
    ) -> PairedDifference.Seed? {
        switch measure {
        case .rank1, .meanAveragePrecision:
            guard arm.queryPersons == reference.queryPersons, !arm.queryPersons.isEmpty else { return nil }
            let people = Array(Set(arm.queryPersons)).sorted()
            let places = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, $0) })
            var sums = [[Double]](repeating: [Double](repeating: 0, count: people.count), count: 3)
            for (query, person) in arm.queryPersons.enumerated() {
                guard let place = places[person] else { continue }
                sums[0][place] += value(arm.leading, query, measure)
                sums[1][place] += value(reference.leading, query, measure)
                sums[2][place] += 1
            }
            return .init(arm: sums[0], reference: sums[1], counts: sums[2])
        case .attributes:
            guard arm.identities == reference.identities, !arm.identities.isEmpty else { return nil }
            let common = arm.attributes.filter(reference.attributes.contains)
            guard !common.isEmpty else { return nil }
            func sums(_ scores: JobScores, _ rows: [[Int]]) -> [Double] {
                let places = common.compactMap { scores.attributes.firstIndex(of: $0) }
                return rows.map { row in Double(places.map { row[$0] }.reduce(0, +)) }
            }
            return .init(
                arm: sums(arm, arm.right), reference: sums(reference, reference.right),
                counts: sums(reference, reference.known))
        }
    }

    private static func value(
        _ retrieval: JobScores.Retrieval, _ query: Int, _ measure: StudyRecipe.Measure
    ) -> Double {
        measure == .rank1 ? Double(retrieval.rank1[query]) : retrieval.precision[query]
    }
}

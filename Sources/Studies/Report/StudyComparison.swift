internal import Foundation

/// What a study found: every arm's figures, and its difference to the reference.
public struct StudyComparison: Sendable {
    /// An arm's line.
    public struct Row: Sendable {
        /// The arm.
        public let name: String

        /// Means over its finished seeds, as shares; nil where no seed is finished.
        public let rank1: Double?, meanAveragePrecision: Double?, attributes: Double?

        /// Finished seeds that the reference has, too.
        public let seeds: Int

        /// The measure's difference to the reference; nil for the reference and where nothing can be compared.
        public let difference: PairedDifference?

        /// p over all arms, by Holm.
        public internal(set) var adjusted: Double?

        /// The paper's difference, in points.
        public let paper: Double?

        /// Why it has no figures.
        public let note: String?

        /// Whether the difference stays when all arms are compared at once, at the 5 % level; never with fewer than three
        /// seeds, which do not show the noise between trainings.
        public var isSignificant: Bool { seeds >= 3 && (adjusted ?? 1) < 0.05 }
    }

    /// The arms, the reference first.
    public let rows: [Row]

    /// What is compared, and by which feature.
    public let measure: StudyRecipe.Measure

    /// Seeds that would show a difference of a point; nil where no arm has two seeds.
    public let seedsForOnePoint: Int?

    /// Compares what is finished.
    public init(_ study: StudyOutline, folder: StudyFolder) throws(StudyError) {
        measure = study.measure
        var scores: [[Int: JobScores]] = []
        for arm in study.arms {
            var known: [Int: JobScores] = [:]
            for (seed, index) in zip(study.seeds, arm.trainings) {
                let job = study.jobs[index]
                guard try folder.state(job.name)?.stage == .finished else { continue }
                known[seed] = try JobScores(folder.scoresPath(job.name, evaluation: arm.evaluation))
            }
            scores.append(known)
        }
        var rows: [Row] = []
        for (place, arm) in study.arms.enumerated() {
            let own = scores[place]
            let seeds = study.seeds.filter { own[$0] != nil && scores[0][$0] != nil }
            var pairs: [PairedDifference.Seed] = []
            if place > 0 {
                for seed in seeds {
                    guard let mine = own[seed], let full = scores[0][seed] else { continue }
                    if let pair = MeasureSums.pair(mine, full, measure) { pairs.append(pair) }
                }
            }
            let figures = study.seeds.compactMap { own[$0] }
            rows.append(
                Row(
                    name: arm.name, rank1: Self.mean(figures.map { MeasureSums.rank1($0) }),
                    meanAveragePrecision: Self.mean(figures.map { MeasureSums.precision($0) }),
                    attributes: Self.mean(figures.compactMap { MeasureSums.attributes($0) }),
                    seeds: place == 0 ? figures.count : pairs.count,
                    difference: pairs.isEmpty ? nil : PairedDifference(pairs), adjusted: nil, paper: arm.paper,
                    note: figures.isEmpty ? try Self.reason(study, arm, folder) : nil))
        }
        let compared = rows.indices.filter { rows[$0].difference != nil }
        for (index, p) in zip(compared, Comparisons.holm(compared.compactMap { rows[$0].difference?.p })) {
            rows[index].adjusted = p
        }
        self.rows = rows
        let deviations = rows.compactMap { $0.difference?.seedDeviation }
        seedsForOnePoint =
            deviations.isEmpty
            ? nil
            : Comparisons.seedsNeeded(
                deviation: (deviations.map { $0 * $0 }.reduce(0, +) / Double(deviations.count)).squareRoot(),
                effect: 0.01)
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    private static func reason(_ study: StudyOutline, _ arm: StudyOutline.Arm, _ folder: StudyFolder) throws(StudyError)
        -> String
    {
        for index in arm.trainings {
            if let state = try folder.state(study.jobs[index].name), state.stage == .failed {
                return "failed: \(state.message ?? "")"
            }
        }
        return "not finished"
    }
}

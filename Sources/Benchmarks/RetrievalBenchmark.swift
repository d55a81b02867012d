internal import Evaluation
internal import Foundation
public import MPI
public import Tensors

/// Re-identification of random features at the size of a data set, spread over ranks: how long it takes, and what memory.
///
/// A feature is its person's direction, weak, and noise: two pictures of a person are as near to each other as three
/// standard deviations of chance. Persons, junk and distractors have the shares that they have in Market-1501.
public struct RetrievalBenchmark {
    /// Pictures of each kind, numbers of a feature, persons and cameras.
    public struct Size: Sendable, Encodable {
        /// Queries, and gallery pictures.
        public let queries: Int, gallery: Int

        /// D.
        public let width: Int

        /// Persons of the queries, at most one a query, and cameras.
        public let persons: Int, cameras: Int

        /// A size; the defaults of persons and cameras are those of Market-1501.
        public init(queries: Int, gallery: Int, width: Int, persons: Int = 750, cameras: Int = 6) {
            (self.queries, self.gallery, self.width) = (queries, gallery, width)
            (self.persons, self.cameras) = (min(persons, queries), cameras)
        }

        /// Bytes of all features in single precision.
        public var bytes: Int { 4 * (queries + gallery) * width }
    }

    /// What one part took: the slowest rank's time, and the sum of all ranks' peaks up to its end.
    public struct Measurement: Sendable, Encodable {
        /// Wall-clock seconds; and processor seconds of all ranks, in which other programs' load does not show.
        public let seconds: Double, processorSeconds: Double

        /// Bytes that were resident at most, since the processes began.
        public let peakBytes: Int

        /// Rank-1 and mAP that came out.
        public let rank1: Double, meanAveragePrecision: Double
    }

    private let size: Size
    private let world: Communicator
    private let features: FeatureTable
    private let ranking: GalleryRanking

    /// Draws the features, each rank its share; collective.
    public init(_ size: Size, seed: UInt64 = 1, world: Communicator, team: WorkerTeam) {
        (self.size, self.world) = (size, world)
        let drawn = [
            (0..<size.queries).map { 1 + $0 % size.persons }, (0..<size.gallery).map { Self.galleryPerson($0, size) },
        ]
        let cameras = drawn.map { $0.indices.map { 1 + $0 * 7 / 3 % size.cameras } }
        let shares = drawn.map { FeatureTable.share($0.count, rank: world.rank, of: world.count) }
        features = FeatureTable(width: size.width, queries: shares[0].count, gallery: shares[1].count)
        for (part, table) in [features.queries, features.gallery].enumerated() {
            let (share, persons) = (shares[part], drawn[part])
            team.ranges(share.count, grain: 1) { range in
                for row in range {
                    let number = share.lowerBound + row
                    let target = table.slice(row..<row + 1)
                    Self.draw(persons[number], picture: part * size.queries + number, seed, into: target)
                    FeatureTable.store(target, into: table, from: row)
                }
            }
        }
        ranking = GalleryRanking(
            world: world, team: team, queryPersons: drawn[0], queryCameras: cameras[0], galleryPersons: drawn[1],
            galleryCameras: cameras[1])
    }

    /// Of 19,732 gallery pictures of Market-1501 3,819 are junk and 2,798 distractors.
    private static func galleryPerson(_ number: Int, _ size: Size) -> Int {
        let place = number * 19_732 / size.gallery
        return place < 3_819 ? -1 : place < 3_819 + 2_798 ? 0 : 1 + number % size.persons
    }

    private static func draw(_ person: Int, picture: Int, _ seed: UInt64, into row: Tensor) {
        var noise = RandomStream(seed: seed, .noise, index: UInt64(picture))
        for column in 0..<row.count { row[column] = noise.normal() }
        guard person > 0 else { return }
        var direction = RandomStream(seed: seed, .synthesis, index: UInt64(person))
        let strength = (3 / Float(row.count).squareRoot()).squareRoot()
        for column in 0..<row.count { row[column] += strength * direction.normal() }
    }

    /// CMC, mAP and mINP of all queries; collective.
    public func rank() throws -> Measurement { try measure { try ranking.evaluate(features) } }

    /// The same after k-reciprocal re-ranking with the paper's parameters; collective.
    public func rerank() throws -> Measurement {
        try measure { try ranking.evaluate(features, reranked: RerankingParameters()) }
    }

    private func measure(_ body: () throws -> [RetrievalMetrics.QueryResult]) throws -> Measurement {
        try world.barrier()
        var results: [RetrievalMetrics.QueryResult] = []
        let before = Self.processorSeconds
        let seconds = try ContinuousClock().measure { results = try body() } / .seconds(1)
        var (slowest, used) = ([seconds], [Self.processorSeconds - before])
        var peaks = [Int64(ProcessMemory.peakBytes)]
        try world.allReduce(&slowest, .maximum)
        try world.allReduce(&used, .sum)
        try world.allReduce(&peaks, .sum)
        let summary = RetrievalSummary(results)
        return Measurement(
            seconds: slowest[0], processorSeconds: used[0], peakBytes: Int(peaks[0]), rank1: summary.rank1,
            meanAveragePrecision: summary.meanAveragePrecision)
    }

    /// What this process computed so far.
    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}

/// How a gallery is ranked for a query: the single-query protocol of Market-1501 (SPEC §4).
///
/// Good is a picture of the same person by another camera. Removed as junk are pictures of person −1 and the same person
/// under the same camera, unless it is 0, which stands for a set without cameras. Person 0 stays as a distractor.
public enum RetrievalMetrics {
    /// What one query found.
    public struct QueryResult: Equatable, Sendable {
        /// 0-based rank of the first good picture; nil where the gallery has none.
        public var firstGood: Int?

        /// Average precision as the area under the trapezoids of the original evaluation.
        public var trapezoidPrecision = 0.0

        /// Average precision as the mean of the precisions at the good pictures.
        public var hitPrecision = 0.0

        /// Inverse negative penalty: good pictures over the rank (from 1) of the last of them.
        public var inversePenalty = 0.0

        /// Good pictures, and pictures that were ranked at all.
        public var goodCount = 0, rankedCount = 0
    }

    /// Whether a gallery picture is good, junk (nil) or bad for a query.
    public static func isGood(
        queryPerson: Int, queryCamera: Int, galleryPerson: Int, galleryCamera: Int
    ) -> Bool? {
        if galleryPerson == -1 { return nil }
        if galleryPerson == queryPerson { return galleryCamera == queryCamera && queryCamera != 0 ? nil : true }
        return false
    }

    /// The result of a ranked list of flags, true for good, junk removed.
    public static func evaluate(_ flags: some Sequence<Bool>) -> QueryResult {
        var (ranks, count) = ([Int](), 0)
        for isGood in flags {
            if isGood { ranks.append(count) }
            count += 1
        }
        return evaluate(goodRanks: ranks, rankedCount: count)
    }

    /// The result where the good pictures have these 0-based ranks, ascending, among `rankedCount` without junk.
    ///
    /// With ranks rᵢ of the n good pictures: trapezoid AP = Σᵢ (1/n)·(p_old + pᵢ)/2, pᵢ = (i + 1)/(rᵢ + 1), p_old = i/rᵢ
    /// (1 where rᵢ = 0); hit AP = Σᵢ pᵢ/n; INP = n/(r_last + 1) (Ye et al. 2021).
    public static func evaluate(goodRanks ranks: [Int], rankedCount: Int) -> QueryResult {
        var result = QueryResult()
        (result.firstGood, result.goodCount, result.rankedCount) = (ranks.first, ranks.count, rankedCount)
        guard let last = ranks.last else { return result }
        var (trapezoids, hits) = (0.0, 0.0)
        for (found, rank) in ranks.enumerated() {
            let precision = Double(found + 1) / Double(rank + 1)
            trapezoids += ((rank == 0 ? 1 : Double(found) / Double(rank)) + precision) / 2
            hits += precision
        }
        let count = Double(ranks.count)
        (result.trapezoidPrecision, result.hitPrecision) = (trapezoids / count, hits / count)
        result.inversePenalty = count / Double(last + 1)
        return result
    }

    /// Ranks a gallery by distance, nearest first, equal distances in the gallery's order, and evaluates the list.
    ///
    /// Only the ranks of the good pictures are needed: of each other picture it is counted before how many of the good
    /// ones it stands, and the gallery is never sorted.
    public static func evaluate<Distance: Comparable>(
        distances: [Distance], queryPerson: Int, queryCamera: Int, galleryPersons: [Int], galleryCameras: [Int]
    ) -> QueryResult {
        precondition(
            distances.count == galleryPersons.count && distances.count == galleryCameras.count,
            "\(distances.count) distances to \(galleryPersons.count) gallery pictures")
        func verdict(_ index: Int) -> Bool? {
            isGood(
                queryPerson: queryPerson, queryCamera: queryCamera, galleryPerson: galleryPersons[index],
                galleryCamera: galleryCameras[index])
        }
        let good = distances.indices.filter { verdict($0) == true }
            .sorted { (distances[$0], $0) < (distances[$1], $1) }
        // others[i]: bad pictures with i good ones before them
        var (others, bad) = ([Int](repeating: 0, count: good.count + 1), 0)
        for index in distances.indices where verdict(index) == false {
            var (low, high) = (0, good.count)
            while low < high {
                let middle = (low + high) / 2
                let precedes = (distances[good[middle]], good[middle]) < (distances[index], index)
                (low, high) = precedes ? (middle + 1, high) : (low, middle)
            }
            others[low] += 1
            bad += 1
        }
        var before = 0
        let ranks = good.indices.map { place in
            before += others[place]
            return place + before
        }
        return evaluate(goodRanks: ranks, rankedCount: good.count + bad)
    }
}

/// The figures of all queries: means over those that have a good picture in the gallery.
public struct RetrievalSummary: Equatable, Sendable {
    /// Share of queries whose first good picture is among the first 1, 5, 10, 20.
    public var rank1 = 0.0, rank5 = 0.0, rank10 = 0.0, rank20 = 0.0

    /// Mean average precision by both formulas, and mean inverse negative penalty.
    public var meanAveragePrecision = 0.0, meanHitPrecision = 0.0, meanInversePenalty = 0.0

    /// Queries that count, and queries without a good picture.
    public var queries = 0, unanswerable = 0

    /// The means of `results`.
    public init(_ results: [RetrievalMetrics.QueryResult]) {
        let valid = results.filter { $0.goodCount > 0 }
        (queries, unanswerable) = (valid.count, results.count - valid.count)
        guard queries > 0 else { return }
        let count = Double(queries)
        func share(_ limit: Int) -> Double { Double(valid.count { ($0.firstGood ?? limit) < limit }) / count }
        (rank1, rank5, rank10, rank20) = (share(1), share(5), share(10), share(20))
        meanAveragePrecision = valid.reduce(0) { $0 + $1.trapezoidPrecision } / count
        meanHitPrecision = valid.reduce(0) { $0 + $1.hitPrecision } / count
        meanInversePenalty = valid.reduce(0) { $0 + $1.inversePenalty } / count
    }

    /// What a random order of the same galleries is expected to reach: rank-1 and hit mAP.
    ///
    /// With R good pictures among N: P(first is good) = R/N, and E[AP] = (1/N)·[H_N + (R − 1)/(N − 1)·(N − H_N)], H_N the
    /// N-th harmonic number.
    public static func chance(
        _ results: [RetrievalMetrics.QueryResult]
    ) -> (rank1: Double, meanAveragePrecision: Double) {
        let valid = results.filter { $0.goodCount > 0 }
        guard !valid.isEmpty else { return (0, 0) }
        var (first, precision) = (0.0, 0.0)
        for result in valid {
            let (n, r) = (Double(result.rankedCount), Double(result.goodCount))
            let harmonic = (1...result.rankedCount).reduce(0) { $0 + 1 / Double($1) }
            first += r / n
            precision += (harmonic + (n > 1 ? (r - 1) / (n - 1) * (n - harmonic) : 0)) / n
        }
        return (first / Double(valid.count), precision / Double(valid.count))
    }
}

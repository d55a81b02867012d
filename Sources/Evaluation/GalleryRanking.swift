internal import Kernels
package import MPI
internal import PersonData
internal import Synchronization
package import Tensors

/// Ranks the whole gallery for every query, spread over ranks.
///
/// A block of queries is broadcast by its owner, every rank computes the distances to its part of the gallery, and the
/// owner collects and evaluates them. A rank holds its own features and one block of distances, never the whole matrix.
package struct GalleryRanking {
    let world: Communicator
    let team: WorkerTeam
    let queryPersons: [Int], queryCameras: [Int]
    let galleryPersons: [Int], galleryCameras: [Int]

    /// Queries whose distances are collected at once.
    private static let block = 64

    /// A ranking for queries and a gallery of known persons and cameras, the same on every rank.
    package init(
        world: Communicator, team: WorkerTeam, queryPersons: [Int], queryCameras: [Int], galleryPersons: [Int],
        galleryCameras: [Int]
    ) {
        (self.world, self.team) = (world, team)
        (self.queryPersons, self.queryCameras) = (queryPersons, queryCameras)
        (self.galleryPersons, self.galleryCameras) = (galleryPersons, galleryCameras)
    }

    /// The result of every query in order, on every rank; collective.
    package func evaluate(_ features: FeatureTable) throws -> [RetrievalMetrics.QueryResult] {
        var results: [RetrievalMetrics.QueryResult] = []
        let gallery = features.gallery.shape[0]
        let scratch = Scratch()
        for owner in 0..<world.count {
            let own = FeatureTable.share(queryPersons.count, rank: owner, of: world.count)
            for first in stride(from: own.lowerBound, to: own.upperBound, by: Self.block) {
                let count = min(Self.block, own.upperBound - first)
                try scratch.with(Shape(count, features.width), Shape(count, gallery)) { queries, distances in
                    if owner == world.rank {
                        let start = first - own.lowerBound
                        queries.assign(features.queries.slice(start..<start + count))
                    }
                    let buffer = UnsafeMutableBufferPointer(start: queries.pointer, count: queries.count)
                    try world.broadcast(buffer, root: owner)
                    // Features have length 1: ‖q − g‖² = 2 − 2·q·g.
                    multiply(
                        Matrix(queries), Matrix(features.gallery).transposed, into: Matrix(distances), scale: -2,
                        team: team)
                    results += try evaluate(distances.array, queries: first..<first + count, owner: owner)
                }
            }
        }
        return results
    }

    /// The same after k-reciprocal re-ranking; collective.
    package func evaluate(
        _ features: FeatureTable, reranked parameters: RerankingParameters
    ) throws -> [RetrievalMetrics.QueryResult] {
        let reranking = try Reranking(
            features, queries: queryPersons.count, gallery: galleryPersons.count, parameters: parameters, world: world,
            team: team)
        var results: [RetrievalMetrics.QueryResult] = []
        try reranking.forEachBlock { owner, queries, distances in
            results += try evaluate(distances, queries: queries, owner: owner)
        }
        return results
    }

    /// Results of queries by their owner, from every rank's distances [queries, its gallery]; collective.
    private func evaluate<Distance: MPINumber>(
        _ distances: [Distance], queries: Range<Int>, owner: Int
    ) throws -> [RetrievalMetrics.QueryResult] {
        let parts = try world.gather(distances, root: owner)
        return try share(parts.map { evaluate($0, queries: queries) } ?? [], owner: owner)
    }

    /// Evaluates queries whose distances came in one part a rank, each part [queries, that rank's gallery].
    private func evaluate<Distance: MPINumber>(
        _ parts: [[Distance]], queries: Range<Int>
    ) -> [RetrievalMetrics.QueryResult] {
        let results = Mutex([RetrievalMetrics.QueryResult](repeating: .init(), count: queries.count))
        team.ranges(queries.count) { range in
            for index in range {
                var distances: [Distance] = []
                distances.reserveCapacity(galleryPersons.count)
                for part in parts {
                    let width = part.count / queries.count
                    distances += part[index * width..<(index + 1) * width]
                }
                let query = queries.lowerBound + index
                let result = RetrievalMetrics.evaluate(
                    distances: distances, queryPerson: queryPersons[query], queryCamera: queryCameras[query],
                    galleryPersons: galleryPersons, galleryCameras: galleryCameras)
                results.withLock { $0[index] = result }
            }
        }
        return results.withLock { $0 }
    }

    /// Gives every rank the owner's results: six numbers a query.
    private func share(
        _ results: [RetrievalMetrics.QueryResult], owner: Int
    ) throws -> [RetrievalMetrics.QueryResult] {
        let numbers = try world.broadcast(
            results.flatMap {
                [
                    Double($0.firstGood ?? -1), $0.trapezoidPrecision, $0.hitPrecision, $0.inversePenalty,
                    Double($0.goodCount), Double($0.rankedCount),
                ]
            }, root: owner)
        return stride(from: 0, to: numbers.count, by: 6).map { at in
            var result = RetrievalMetrics.QueryResult()
            result.firstGood = numbers[at] < 0 ? nil : Int(numbers[at])
            (result.trapezoidPrecision, result.hitPrecision) = (numbers[at + 1], numbers[at + 2])
            result.inversePenalty = numbers[at + 3]
            (result.goodCount, result.rankedCount) = (Int(numbers[at + 4]), Int(numbers[at + 5]))
            return result
        }
    }
}

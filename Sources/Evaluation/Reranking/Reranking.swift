internal import Kernels
internal import MPI
internal import Tensors

/// k-reciprocal re-ranking, exact, spread over ranks (Zhong et al. 2017, "Re-ranking Person Re-identification with
/// k-reciprocal Encoding").
///
/// Among all N pictures, queries and gallery together:
/// 1. d = ‖x − y‖² of the L2-normalised features, D = d / the row's largest d;
/// 2. V[i, j] = exp(−D[i, j]) for j in R*(i, k1), else 0, each row with sum 1 (`ReciprocalNeighbours`);
/// 3. V[i] ← mean of V over the k2 nearest of i;
/// 4. J[q, j] = 1 − t/(2 − t), t = Σₖ min(V[q, k], V[j, k]);
/// 5. distance = (1 − λ)·J + λ·D.
///
/// No rank holds the matrix D. Features pass in blocks three times: for the lists of neighbours, for the distances in V,
/// for those of the result. Every rank holds all lists and, once, all rows of V before step 3 (22 MB and about as much
/// at the size of Market-1501), and the inverted index of its own gallery. Distances that decide are in double
/// precision, sums run in the order of the pictures' numbers: the figures are the same on any number of ranks.
struct Reranking {
    private let parameters: RerankingParameters
    private let blocks: FeatureBlocks
    private let team: WorkerTeam
    private let maxima: [Double]
    private let queryRows: [SparseRow]
    private let index: InvertedIndex

    /// Queries whose distances are computed at once.
    static let block = 64

    /// Distances are multiples of 2⁻⁴⁰: those that only rounding tells apart (copies of a picture, say) are equal, and
    /// the gallery's order decides.
    private static let grid = 0x1p40

    /// Does steps 1 to 3; collective.
    init(
        _ features: FeatureTable, queries: Int, gallery: Int, parameters: RerankingParameters, world: Communicator,
        team: WorkerTeam
    ) throws {
        let shares = PictureShares(queryCount: queries, galleryCount: gallery, ranks: world.count)
        blocks = FeatureBlocks(features: features, shares: shares, world: world)
        (self.parameters, self.team) = (parameters, team)
        let found = try NeighbourSearch(blocks: blocks, team: team, length: parameters.listLength).run()
        let lists = try Self.exchange(found.lists, length: parameters.listLength, shares, world)
        let own = try Self.describe(blocks, found.maxima, ReciprocalNeighbours(lists: lists, parameters: parameters))
        let mean = try Self.expand(own, lists, parameters, shares, world)
        let ownQueries = shares.queries(of: world.rank).count
        queryRows = try world.allGather(Array(mean.prefix(ownQueries))).flatMap { $0 }
        maxima = try world.allGather(Array(found.maxima.prefix(ownQueries))).flatMap { $0 }
        index = InvertedIndex(Array(mean.dropFirst(ownQueries)), pictures: shares.count)
    }

    /// Gives each block of queries to `body`: the rank that owns it, the queries, and their distances to this rank's part
    /// of the gallery, [queries, gallery]. Collective.
    func forEachBlock(_ body: (Int, Range<Int>, [Double]) throws -> Void) throws {
        let gallery = blocks.own[1].rows
        try blocks.forEach(queriesOnly: true, rows: Self.block, scratch: Scratch()) { owner, queries, rows in
            try body(owner, queries, distances(queries, Matrix(rows), gallery))
        }
    }

    private func distances(_ queries: Range<Int>, _ rows: Matrix, _ gallery: Matrix) -> [Double] {
        let (width, λ) = (gallery.rows, parameters.lambda)
        return [Double](unsafeUninitializedCapacity: queries.count * width) { buffer, used in
            buffer.initialize(repeating: 0)
            used = queries.count * width
            let result = buffer
            team.ranges(width, grain: 16) { range in
                RowDistances.forEach(rows, gallery.rows(range)) { query, column, distance in
                    result[query * width + range.lowerBound + column] = distance
                }
            }
            team.ranges(queries.count) { range in
                var overlaps = [Double](repeating: 0, count: width)
                for query in range {
                    index.overlaps(of: queryRows[queries.lowerBound + query], into: &overlaps)
                    let largest = maxima[queries.lowerBound + query]
                    for column in 0..<width {
                        let original = largest > 0 ? result[query * width + column] / largest : 0
                        let jaccard = 1 - overlaps[column] / (2 - overlaps[column])
                        let distance = (1 - λ) * jaccard + λ * original
                        result[query * width + column] = (distance * Self.grid).rounded() / Self.grid
                    }
                }
            }
        }
    }

    /// Every rank's lists, by the pictures' numbers.
    private static func exchange(
        _ lists: [[Int]], length: Int, _ shares: PictureShares, _ world: Communicator
    ) throws -> [[Int]] {
        let flat = lists.flatMap { list in
            list.map { Int64($0) } + [Int64](repeating: -1, count: length - list.count)
        }
        var result = [[Int]](repeating: [], count: shares.count)
        for (rank, values) in try world.allGather(flat).enumerated() {
            for (place, number) in shares.numbers(of: rank).enumerated() {
                let list = values[place * length..<(place + 1) * length]
                result[number] = list.compactMap { $0 < 0 ? nil : Int($0) }
            }
        }
        return result
    }

    /// Rows of V of this rank's pictures, before their expansion: each rank measures the distances to its own pictures.
    private static func describe(
        _ blocks: FeatureBlocks, _ maxima: [Double], _ neighbours: ReciprocalNeighbours
    ) throws -> [SparseRow] {
        let (shares, world, own) = (blocks.shares, blocks.world, blocks.own)
        var result: [SparseRow] = []
        try blocks.forEach(rows: blocks.blockRows, scratch: Scratch()) { owner, numbers, rows in
            // The lists are everywhere: every rank finds the same sets.
            let sets = numbers.map { neighbours.extended($0) }
            var measured: [Double] = []
            for (row, set) in sets.enumerated() {
                for number in set where shares.owner(of: number) == world.rank {
                    let part = number < shares.queryCount ? own[0] : own[1]
                    measured.append(
                        RowDistances.squared(Matrix(rows), row, part.rows, number - part.numbers.lowerBound))
                }
            }
            guard let parts = try world.gather(measured, root: owner) else { return }
            var next = [Int](repeating: 0, count: world.count)
            for set in sets {
                let largest = maxima[result.count]
                let distances = set.map { number in
                    let holder = shares.owner(of: number)
                    defer { next[holder] += 1 }
                    return largest > 0 ? parts[holder][next[holder]] / largest : 0
                }
                result.append(SparseRow(set, distances: distances))
            }
        }
        return result
    }

    /// This rank's rows, each the mean of those of its k2 nearest.
    private static func expand(
        _ own: [SparseRow], _ lists: [[Int]], _ parameters: RerankingParameters, _ shares: PictureShares,
        _ world: Communicator
    ) throws -> [SparseRow] {
        var all = [SparseRow](repeating: SparseRow(numbers: [], weights: []), count: shares.count)
        for (rank, rows) in try world.allGather(own).enumerated() {
            for (number, row) in zip(shares.numbers(of: rank), rows) { all[number] = row }
        }
        var dense = [Double](repeating: 0, count: shares.count)
        return shares.numbers(of: world.rank).map { number in
            SparseRow(meanOf: lists[number].prefix(parameters.k2).map { all[$0] }, dense: &dense)
        }
    }
}

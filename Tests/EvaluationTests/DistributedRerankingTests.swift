import MPI
import Tensors
import TestSupport
import Testing

@testable import Evaluation

/// Pictures of a few people by three cameras, junk and distractors and exact copies among them.
private struct Crowd {
    let width: Int, queryCount: Int, galleryCount: Int
    let persons: [Int], cameras: [Int]
    let rows: [Float]
    let parameters: RerankingParameters

    init(number: Int) {
        var random = RandomStream(seed: 77, .test, index: UInt64(number))
        let count = number % 25 == 0 ? 300 + random.below(101) : 8 + random.below(90)
        width = 3 + random.below(40)
        queryCount = 1 + random.below(count / 3)
        galleryCount = count - queryCount
        let people = 1 + random.below(12)
        let queryCount = queryCount, width = width
        persons = (0..<count).map { $0 < queryCount ? 1 + random.below(people) : random.below(people + 2) - 1 }
        cameras = (0..<count).map { _ in 1 + random.below(3) }
        let centres = (0..<people + 2).map { _ in (0..<width).map { _ in random.normal() } }
        let spread = random.uniform(0.1...1.5)
        var rows: [Float] = []
        for index in 0..<count {
            if index > 0, random.chance(0.05) {
                let copied = random.below(index)
                rows += rows[copied * width..<(copied + 1) * width]
            } else {
                rows += centres[persons[index] + 1].map { $0 + spread * random.normal() }
            }
        }
        self.rows = rows
        let k1 = number % 5 == 4 ? 20 : 1 + random.below(30)
        parameters = RerankingParameters(
            k1: k1, k2: 1 + random.below(8), lambda: [0, 0.3, 0.3, 1][random.below(4)])
    }

    /// The features of a rank of several, of length 1.
    func table(_ rank: Int, of ranks: Int) -> FeatureTable {
        let queries = FeatureTable.share(queryCount, rank: rank, of: ranks)
        let gallery = FeatureTable.share(galleryCount, rank: rank, of: ranks)
        let table = FeatureTable(width: width, queries: queries.count, gallery: gallery.count)
        let all = TestTensor([queryCount + galleryCount, width], rows)
        FeatureTable.store(all.view.slice(queries), into: table.queries, from: 0)
        let shifted = queryCount + gallery.lowerBound..<queryCount + gallery.upperBound
        FeatureTable.store(all.view.slice(shifted), into: table.gallery, from: 0)
        return table
    }

    /// All features of length 1, as they are stored.
    var features: [[Double]] {
        let table = table(0, of: 1)
        let flat = (table.queries.array + table.gallery.array).map(Double.init)
        return (0..<queryCount + galleryCount).map { Array(flat[$0 * width..<($0 + 1) * width]) }
    }

    func ranking(_ world: Communicator) -> GalleryRanking {
        GalleryRanking(
            world: world, team: .solo, queryPersons: Array(persons.prefix(queryCount)),
            queryCameras: Array(cameras.prefix(queryCount)), galleryPersons: Array(persons.dropFirst(queryCount)),
            galleryCameras: Array(cameras.dropFirst(queryCount)))
    }

    /// The re-ranked distances of all queries to the whole gallery, on every rank.
    func reranked(_ world: Communicator, team: WorkerTeam) throws -> [[Double]] {
        let reranking = try Reranking(
            table(world.rank, of: world.count), queries: queryCount, gallery: galleryCount, parameters: parameters,
            world: world, team: team)
        var result: [[Double]] = []
        try reranking.forEachBlock { owner, queries, distances in
            let parts = try world.gather(distances, root: owner)
            var flat: [Double] = []
            for query in 0..<queries.count {
                for part in parts ?? [] {
                    let width = part.count / queries.count
                    flat += part[query * width..<(query + 1) * width]
                }
            }
            flat = try world.broadcast(flat, root: owner)
            for query in 0..<queries.count {
                result.append(Array(flat[query * galleryCount..<(query + 1) * galleryCount]))
            }
        }
        return result
    }
}

/// Numbers in the order of their values, the first of equals first. Copies of a picture have equal distances but for the
/// rounding of sums: the definition's values are compared to twelve digits.
private func order(_ values: [Double]) -> [Int] {
    values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
}

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedRerankingTests {
    @Test
    func `Fifty crowds are re-ranked as the definition says, in the same order`() {
        TestWorld.run { world throws in
            var oddNeighbours = 0
            for number in 0..<50 {
                let crowd = Crowd(number: number)
                oddNeighbours += crowd.parameters.k1 % 2
                let found = try crowd.reranked(world, team: .solo)
                guard world.rank == 0 else { continue }
                let expected = DirectReranking(parameters: crowd.parameters).distances(
                    crowd.features, queries: crowd.queryCount)
                #expect(found.count == expected.count)
                for (query, (a, b)) in zip(found, expected).enumerated() {
                    let error = zip(a, b).map { abs($0 - $1) }.max() ?? 0
                    #expect(error < 1e-5, "crowd \(number), query \(query)")
                    #expect(
                        order(a) == order(b.map { ($0 * 0x1p40).rounded() }),
                        "crowd \(number), query \(query), error \(error)")
                }
            }
            #expect(oddNeighbours > 10)
        }
    }

    @Test
    func `Ranks and threads change no bit of the figures`() {
        TestWorld.run { world throws in
            let alone = try world.split(color: world.rank)
            let team = WorkerTeam(2, spins: false)
            defer { team.stop() }
            for number in [0, 3, 7] {
                let crowd = Crowd(number: number)
                let own = try crowd.reranked(alone, team: .solo)
                #expect(try crowd.reranked(world, team: team) == own)
                let single = try crowd.ranking(alone).evaluate(crowd.table(0, of: 1), reranked: crowd.parameters)
                let spread = try crowd.ranking(world).evaluate(
                    crowd.table(world.rank, of: world.count), reranked: crowd.parameters)
                #expect(spread == single)
                let queries = (0..<crowd.queryCount).map { query in
                    RetrievalMetrics.evaluate(
                        distances: own[query], queryPerson: crowd.persons[query], queryCamera: crowd.cameras[query],
                        galleryPersons: Array(crowd.persons.dropFirst(crowd.queryCount)),
                        galleryCameras: Array(crowd.cameras.dropFirst(crowd.queryCount)))
                }
                #expect(spread == queries)
            }
        }
    }
}

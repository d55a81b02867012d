import DataParallel
import MPI
import Tensors
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedNodeReducerTests {
    private let count = 40_007
    private let grain = 1000

    @Test func `Each rank reads what the others wrote into their blocks`() {
        TestWorld.run { world throws in
            let bytes = 100_000
            let memory = try #require(try NodeMemory(world, bytes: bytes))
            #expect(memory.blocks.count == world.count && memory.bytes == bytes)
            let own = memory.blocks[world.rank]
            #expect((0..<bytes).allSatisfy { own.load(fromByteOffset: $0, as: UInt8.self) == 0 })
            try world.barrier()
            for (rank, block) in memory.blocks.enumerated() {
                block.storeBytes(of: UInt8(rank + 1), toByteOffset: world.rank, as: UInt8.self)
                block.storeBytes(of: 77, toByteOffset: bytes - 1, as: UInt8.self)
            }
            try world.barrier()
            for (rank, block) in memory.blocks.enumerated() {
                let written = (0..<world.count).map { block.load(fromByteOffset: $0, as: UInt8.self) }
                #expect(written == Array(repeating: UInt8(rank + 1), count: world.count))
                #expect(block.load(fromByteOffset: bytes - 1, as: UInt8.self) == 77)
            }
        }
    }

    @Test func `Joined pages keep what was written, and show what any rank writes then`() {
        TestWorld.run { world throws in
            let count = 3 << 18, bytes = 4 * count  // 3 MB: a huge page and a part of one
            let memory = try #require(try NodeMemory(world, bytes: bytes))
            let blocks = memory.blocks.map { $0.bindMemory(to: UInt32.self, capacity: count) }
            for place in 0..<count { blocks[world.rank][place] = UInt32(place &* 31 &+ world.rank) }
            try world.barrier()
            let aligned = memory.blocks.count { UInt(bitPattern: $0) % (2 << 20) == 0 }
            #expect(aligned == world.count)
            // Systems without huge pages have none for either; others join pages that exist as well as new ones.
            let untouched = try #require(try NodeMemory(world, bytes: bytes))
            let page = 0..<2 << 20
            let isJoined = (0..<10).contains { _ in memory.joinPages(page, ofRank: world.rank) == 1 }
            #expect((0..<10).contains { _ in untouched.joinPages(page, ofRank: world.rank) == 1 } == isJoined)
            try world.barrier()
            // The last rank joins pages of rank 0, too, which that rank joins and writes to meanwhile.
            if world.rank == world.count - 1 { memory.joinPages(0..<bytes, ofRank: 0) }
            if world.rank == 0 { memory.joinPages(0..<bytes, ofRank: 0) }
            if world.rank == 0 { for place in 0..<count { blocks[0][place] &+= 5 } }
            try world.barrier()
            for (rank, block) in blocks.enumerated() {
                let shift = rank == 0 ? 5 : rank
                #expect((0..<count).allSatisfy { block[$0] == UInt32($0 &* 31 &+ shift) })
            }
        }
    }

    @Test(arguments: [1, 3], [false, true])
    func `Sums have the bits of the twin, and every rank sees what each made of its part`(
        threads: Int, sumsFirst: Bool
    ) {
        TestWorld.run { world throws in
            let team = WorkerTeam(threads, spins: false)
            let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: team))
            let (arena, start) = makeBuffer(count)
            var expected = testGradients(count, microBatch: 99)
            start.assign(expected)
            try reducer.take(start)
            let values = Tensor(reducer.values, Shape(count))
            for step in 0..<3 {
                let terms = (0..<world.count).map { testGradients(count, microBatch: 10 * step + $0) }
                for (place, term) in terms[world.rank].enumerated() { reducer.gradients[place] = term }
                if sumsFirst {
                    try reducer.sum()
                    let sum = twinTreeSum(terms)
                    #expect(differences(reducer.own.map { reducer.gradients[$0] }, Array(sum[reducer.own])) == 0)
                }
                try reducer.reduce { part in
                    for place in part { values[place] = values[place] * 0.5 - reducer.gradients[place] }
                }
                for (place, sum) in twinTreeSum(terms).enumerated() {
                    expected[place] = expected[place] * 0.5 - sum
                }
                #expect(differences(values.array, expected) == 0, "step \(step)")
            }
            team.stop()
            withExtendedLifetime(arena) {}
        }
    }

    @Test func `Parts cover the buffer at multiples of the grain, and their numbers come in order`() {
        TestWorld.run { world throws in
            for count in [1, grain, grain * 2 + 1, self.count] {
                let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: .solo))
                let bounds = try world.allGather(Int64(reducer.own.lowerBound))
                let ends = try world.allGather(Int64(reducer.own.upperBound))
                #expect(bounds.first == 0 && ends.last == Int64(count))
                #expect(Array(bounds.dropFirst()) == Array(ends.dropLast()))
                for bound in bounds { #expect(bound % Int64(grain) == 0 || bound == Int64(count)) }
                let numbers = reducer.own.map(Double.init)
                #expect(try reducer.gather(numbers) == (0..<count).map(Double.init))
            }
        }
    }

    @Test func `The first rank collects all parts of an array, and gives each rank its part`() {
        TestWorld.run { world throws in
            let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: .solo))
            let (arena, moments) = makeBuffer(count)
            let whole = testGradients(count, microBatch: 5), next = testGradients(count, microBatch: 6)
            for place in reducer.own { moments[place] = whole[place] }
            try reducer.collect(moments)
            if world.rank == 0 {
                #expect(differences(moments.array, whole) == 0)
                moments.assign(next)
            }
            try reducer.distribute(moments)
            let expected = (0..<count).map { world.rank == 0 || reducer.own.contains($0) ? next[$0] : 0 }
            #expect(differences(moments.array, expected) == 0)
            withExtendedLifetime(arena) {}
        }
    }
}

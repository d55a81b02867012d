import DataParallel
import MPI
import Tensors
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedNodeReducerTests {
    private let count = 140_007
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

    /// Gradients that become final in pieces of any length, the last ones first.
    private func finish(_ reducer: NodeReducer, rank: Int) {
        var place = count
        while place > 0 {
            place = max(0, place - 1 - (place * 37 + rank * 101) % 9001)
            reducer.finished(downTo: place)
        }
    }

    @Test(arguments: [1, 3], [false, true])
    func `Sums have the bits of the twin, and every rank sees what each made of its stripes`(
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
                let sum = twinTreeSum(terms)
                if sumsFirst {
                    reducer.begin()
                    finish(reducer, rank: world.rank)
                    reducer.finish()
                    let own = reducer.own.flatMap { $0 }
                    #expect(differences(own.map { reducer.gradients[$0] }, own.map { sum[$0] }) == 0)
                    reducer.update { part in
                        for place in part { values[place] = values[place] * 0.5 - reducer.gradients[place] }
                    }
                } else {
                    reducer.begin { part, first, second in
                        for (index, place) in part.enumerated() {
                            values[place] = values[place] * 0.5 - (first[index] + (second?[index] ?? 0))
                        }
                    }
                    finish(reducer, rank: world.rank)
                    reducer.finish()
                }
                for (place, sum) in sum.enumerated() { expected[place] = expected[place] * 0.5 - sum }
                #expect(differences(values.array, expected) == 0, "step \(step)")
            }
            team.stop()
            withExtendedLifetime(arena) {}
        }
    }

    @Test func `Values change as soon as all ranks' gradients are final, and not before`() {
        TestWorld.run { world throws in
            let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: .solo))
            let place = count / 3, last = world.count - 1
            for step in 0..<2 {
                let updated = Places()
                reducer.begin { part, _, _ in updated.add(part) }
                // The last rank is late: the others have nothing to do.
                if world.rank != last { reducer.finished(downTo: place) }
                try world.barrier()
                while reducer.workAhead() {}
                if world.rank != last { #expect(updated.all.isEmpty, "step \(step)") }
                try world.barrier()
                if world.rank == last { reducer.finished(downTo: place) }
                try world.barrier()
                while reducer.workAhead() {}
                let whole = reducer.own.filter { $0.lowerBound >= place }.flatMap { $0 }
                #expect(whole.count(where: updated.all.contains) == whole.count && !whole.isEmpty)
                #expect(updated.all.count(where: { $0 >= place }) == updated.all.count)
                reducer.finished(downTo: 0)
                reducer.finish()
                #expect(updated.all.sorted() == reducer.own.flatMap { $0 })
            }
        }
    }

    @Test func `Numbers of the ranks' stripes come in the order of the stripes`() {
        TestWorld.run { world throws in
            for count in [1, grain, grain * 2 + 1, self.count] {
                let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: .solo))
                let numbers = reducer.own.map { $0.map(Double.init) }
                #expect(try reducer.gather(numbers) == (0..<count).map(Double.init))
            }
        }
    }

    @Test func `The first rank collects all stripes of an array, and gives each rank its own`() {
        TestWorld.run { world throws in
            let reducer = try #require(try NodeReducer(world, count: count, grain: grain, team: .solo))
            let (arena, moments) = makeBuffer(count)
            let whole = testGradients(count, microBatch: 5), next = testGradients(count, microBatch: 6)
            let own = Set(reducer.own.flatMap { $0 })
            for place in own { moments[place] = whole[place] }
            try reducer.collect(moments)
            if world.rank == 0 {
                #expect(differences(moments.array, whole) == 0)
                moments.assign(next)
            }
            try reducer.distribute(moments)
            let expected = (0..<count).map { world.rank == 0 || own.contains($0) ? next[$0] : 0 }
            #expect(differences(moments.array, expected) == 0)
            withExtendedLifetime(arena) {}
        }
    }
}

/// Places that were updated, in the order in which they were.
private final class Places {
    private(set) var all: [Int] = []

    func add(_ range: Range<Int>) { all += range }
}

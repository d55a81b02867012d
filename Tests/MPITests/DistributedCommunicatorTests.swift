import MPI
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedCommunicatorTests {
    @Test func `Ranks of one host share one node`() {
        TestWorld.run { world throws in
            #expect(try world.nodeCount() == 1)
            let node = try world.splitShared()
            #expect(node.count == world.count && node.rank == world.rank)
            #expect(!world.hostname.isEmpty && node.hostname == world.hostname)
        }
    }

    @Test func `A split groups by colour and orders by key`() {
        TestWorld.run { world throws in
            let part = try world.split(color: world.rank % 2, key: -world.rank)
            let members = (0..<world.count).filter { $0 % 2 == world.rank % 2 }.reversed()
            #expect(part.count == members.count)
            #expect(try part.allGather(Int64(world.rank)) == members.map { Int64($0) })
            #expect(part.worldRank == world.rank && part.worldCount == world.count)
        }
    }

    @Test func `Messages of a duplicate stay apart from those of its original`() {
        TestWorld.run { world throws in
            let copy = try world.duplicate()
            let next = (world.rank + 1) % world.count
            let previous = (world.rank + world.count - 1) % world.count
            try world.send([1.0 as Float], to: next)
            try copy.send([2.0 as Float], to: next)
            #expect(try copy.receive(Float.self, count: 1, from: previous) == [2])
            #expect(try world.receive(Float.self, count: 1, from: previous) == [1])
        }
    }

    @Test func `An error names the call, the rank and the library's reason`() {
        TestWorld.run { world throws in
            let error = #expect(throws: MPIError.self) { try world.send([1.0 as Float], to: world.count) }
            #expect(
                error?.operation == "MPI_Send" && error?.rank == world.rank && error?.count == world.count)
            #expect(error?.text.contains("MPI_ERR_RANK") == true)
            #expect(error?.description.contains("host \(world.hostname)") == true)
        }
    }

    @Test func `A message longer than expected is an error`() {
        TestWorld.run { world throws in
            let own = try world.split(color: world.rank)
            try own.send([1, 2, 3] as [Float], to: 0)
            let error = #expect(throws: MPIError.self) { try own.receive(Float.self, count: 2, from: 0) }
            #expect(error?.text.contains("MPI_ERR_TRUNCATE") == true)
        }
    }

    @Test func `Agreement hands back each rank's value`() {
        TestWorld.run { world throws in #expect(try world.agree { world.rank * 2 } == world.rank * 2) }
    }

    @Test func `A failure that was printed in a group is not printed again`() {
        TestWorld.run { world throws in
            let printed = CollectiveFailure(exitCode: 6, rank: 0, coversJob: false)
            let failure = #expect(throws: CollectiveFailure.self) {
                try world.agree { if world.rank == world.count - 1 { throw printed } }
            }
            #expect(failure == CollectiveFailure(exitCode: 6, rank: world.count - 1, coversJob: true))
        }
    }
}

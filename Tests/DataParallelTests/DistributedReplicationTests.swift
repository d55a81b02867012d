import DataParallel
import MPI
import Tensors
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedReplicationTests {
    private let team = WorkerTeam(1)

    @Test func `A broadcast gives every rank the root's parameters`() {
        TestWorld.run { world throws in
            let root = world.count - 1
            let (arena, buffer) = makeBuffer(1000)
            buffer.assign(testGradients(1000, microBatch: world.rank))
            try Replication.broadcast(buffer, root: root, over: world)
            #expect(differences(buffer.array, testGradients(1000, microBatch: root)) == 0)
            let hash = try Replication.verify(buffer, named: "parameters", over: world, team: team)
            #expect(hash == BufferHash.hash(buffer, team: team))
            withExtendedLifetime(arena) {}
        }
    }

    @Test func `A rank with one other bit is named on every rank`() {
        TestWorld.run { world throws in
            let odd = world.count - 1
            let (arena, buffer) = makeBuffer(1000)
            if world.rank == odd { buffer[999] = .leastNonzeroMagnitude }
            if world.count == 1 { return }
            let error = #expect(throws: ReplicaMismatch.self) {
                try Replication.verify(buffer, named: "parameters", over: world, team: team)
            }
            #expect(error?.ranks == [odd])
            withExtendedLifetime(arena) {}
        }
    }
}

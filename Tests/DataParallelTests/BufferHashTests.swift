import DataParallel
import Tensors
import Testing

@Suite struct BufferHashTests {
    private let count = 200_007

    @Test func `The number of threads does not matter`() {
        let (arena, buffer) = makeBuffer(count)
        buffer.assign(testGradients(count, microBatch: 0))
        let teams = (1...3).map { WorkerTeam($0, spins: false) }
        let hashes = teams.map { BufferHash.hash(buffer, team: $0) }
        #expect(Set(hashes).count == 1)
        for team in teams { team.stop() }
        withExtendedLifetime(arena) {}
    }

    @Test func `One bit, one swap and one element more change it`() {
        let (arena, buffer) = makeBuffer(count)
        buffer.assign(testGradients(count, microBatch: 0))
        let team = WorkerTeam(1)
        var seen: Set = [BufferHash.hash(buffer, team: team)]
        let places = [0, 15, 16, 65_535, 65_536, 131_072, count - 1]
        for place in places {
            for bit in [0, 13, 31] {
                let original = buffer[place]
                buffer[place] = Float(bitPattern: original.bitPattern ^ (1 << bit))
                seen.insert(BufferHash.hash(buffer, team: team))
                buffer[place] = original
            }
            let (here, other) = (buffer[place], buffer[100])
            (buffer[place], buffer[100]) = (other, here)
            seen.insert(BufferHash.hash(buffer, team: team))
            (buffer[place], buffer[100]) = (here, other)
        }
        seen.insert(BufferHash.hash(buffer.prefix(count - 1), team: team))
        #expect(seen.count == 2 + places.count * 4)
        withExtendedLifetime(arena) {}
    }

    @Test func `Zero and minus zero differ`() {
        let (arena, buffer) = makeBuffer(3)
        let team = WorkerTeam(1)
        let zeros = BufferHash.hash(buffer, team: team)
        buffer[1] = -0.0
        #expect(BufferHash.hash(buffer, team: team) != zeros)
        withExtendedLifetime(arena) {}
    }
}

import MPI
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedCollectivesTests {
    /// Communicators to try: one that sends each buffer whole, and one that cuts it into pieces of three
    /// elements.
    private func both(_ body: (Communicator) throws -> Void) {
        TestWorld.run { world throws in
            try body(world)
            try body(try world.duplicate(largestCount: 3))
        }
    }

    @Test func `A broadcast gives every rank the root's array, whatever length the others had`() {
        both { world throws in
            for root in 0..<world.count {
                let mine = [Float](repeating: Float(world.rank), count: world.rank + 5)
                let expected = [Float](repeating: Float(root), count: root + 5)
                #expect(try world.broadcast(mine, root: root) == expected)
                #expect(try world.broadcast(Int64(world.rank), root: root) == Int64(root))
                #expect(try world.broadcast("rank \(world.rank)", root: root) == "rank \(root)")
            }
            #expect(try world.broadcast([UInt8]()) == [])
        }
    }

    @Test func `An all-reduce sums, and finds the greatest and the least`() {
        both { world throws in
            let count = Float(world.count)
            var values = (0..<10).map { Float($0) + Float(world.rank) * 100 }
            try world.allReduce(&values, .sum)
            #expect(values == (0..<10).map { Float($0) * count + 50 * count * (count - 1) })
            var whole = [Int64(world.rank), -Int64(world.rank), Int64.max, 7, 7]
            try world.allReduce(&whole, .minimum)
            #expect(whole == [0, 1 - Int64(world.count), .max, 7, 7])
            #expect(try world.allReduce(Double(world.rank), .maximum) == Double(world.count - 1))
            var empty: [Double] = []
            try world.allReduce(&empty, .sum)
        }
    }

    @Test func `A reduction changes the root's buffer only`() {
        both { world throws in
            let root = world.count - 1
            var values = [Double](repeating: Double(world.rank + 1), count: 7)
            try world.reduce(&values, .sum, root: root)
            let sum = Double(world.count * (world.count + 1) / 2)
            #expect(
                values == [Double](repeating: world.rank == root ? sum : Double(world.rank + 1), count: 7))
        }
    }

    @Test func `A gather keeps each rank's length, empty ones too`() {
        both { world throws in
            let root = world.count / 2
            let mine = [Int64](repeating: Int64(world.rank), count: 4 * world.rank)
            let expected = (0..<world.count).map { [Int64](repeating: Int64($0), count: 4 * $0) }
            #expect(try world.gather(mine, root: root) == (world.rank == root ? expected : nil))
            #expect(try world.allGather(mine) == expected)
            let names = try world.gatherStrings("rånk \(world.rank)")
            #expect(names == (world.rank == 0 ? (0..<world.count).map { "rånk \($0)" } : nil))
        }
    }

    @Test func `An all-gather in place fills the blocks of the others`() {
        TestWorld.run { world throws in
            let lengths = (0..<world.count).map { $0 + 1 }
            let blocks = BlockLayout(counts: lengths)
            var values = [Float](repeating: -1, count: lengths.reduce(0, +))
            let start = Int(blocks.offsets[world.rank])
            for index in 0...world.rank { values[start + index] = Float(world.rank) }
            try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
                try world.allGather(buffer.baseAddress!, blocks)
            }
            #expect(values == lengths.flatMap { [Float](repeating: Float($0 - 1), count: $0) })
        }
    }

    @Test func `An all-to-all transposes`() {
        TestWorld.run { world throws in
            let sent = (0..<world.count).map { Int64(10 * world.rank + $0) }
            #expect(try world.allToAll(sent) == (0..<world.count).map { Int64(10 * $0 + world.rank) })
        }
    }

    @Test func `A message of unknown length arrives whole, from whoever sent it`() {
        TestWorld.run { world throws in
            if world.rank > 0 {
                return try world.send([UInt8](repeating: 3, count: 100 * world.rank), to: 0, tag: 5)
            }
            var lengths: [Int: Int] = [:]
            for _ in 1..<max(world.count, 1) {
                let message = try world.receiveMessage(UInt8.self, tag: 5)
                lengths[message.source] = message.values.count
            }
            #expect(
                lengths == Dictionary(uniqueKeysWithValues: (1..<max(world.count, 1)).map { ($0, 100 * $0) }))
        }
    }

    @Test func `A long message arrives in pieces`() {
        both { world throws in
            let values = (0..<10).map { Double($0) }
            let own = try world.split(color: world.rank)
            try own.send(values, to: 0, tag: 2)
            #expect(try own.receive(count: 10, from: 0, tag: 2) == values)
        }
    }
}

import DataParallel
import MPI
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedNodeSumTests {
    /// Numbers of which no two orders of adding give the same bits.
    private func numbers(_ count: Int, rank: Int, turn: Int) -> [Double] {
        (0..<count).map { 1 / Double(3 + (31 * $0 + 17 * rank + 7 * turn) % 1009) }
    }

    /// Neighbours first, then pairs of pairs.
    private func tree(_ terms: [[Double]]) -> [Double] {
        var level = terms
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { first in
                first + 1 < level.count ? zip(level[first], level[first + 1]).map(+) : level[first]
            }
        }
        return level[0]
    }

    @Test func `Sums of any length, turn after turn, have the bits of the tree on every rank`() {
        TestWorld.run { world throws in
            let sum = try #require(try NodeSum(world))
            // Longer ones than a turn takes; ranks arrive in any order, many turns without another meeting.
            for (turn, count) in ([1, 0, 7, 8192, 8193, 20_000] + Array(repeating: 3, count: 500)).enumerated() {
                let terms = (0..<world.count).map { numbers(count, rank: $0, turn: turn) }
                var found = terms[world.rank]
                if (turn + world.rank) % 5 == 0 { for _ in 0..<1000 { found = found.map { $0 } } }
                found.withUnsafeMutableBufferPointer { sum.sum($0) }
                #expect(found == tree(terms), "turn \(turn)")
            }
        }
    }

    @Test func `A rank that waits does what there is to do`() {
        TestWorld.run { world throws in
            let sum = try #require(try NodeSum(world))
            let isLast = world.rank == world.count - 1
            var number = [1.0], done = 0
            // The last rank comes when all others have worked five times.
            sum.meanwhile = {
                done += 1
                if done == 5 { _ = try? world.allReduce(Int64(0), .sum) }
                return done < 5
            }
            if isLast { _ = try world.allReduce(Int64(0), .sum) }
            number.withUnsafeMutableBufferPointer { sum.sum($0) }
            #expect(number == [Double(world.count)])
            if !isLast { #expect(done >= 5) }
        }
    }

    @Test func `Two sums beside each other do not meet`() {
        TestWorld.run { world throws in
            let (first, second) = (try #require(try NodeSum(world)), try #require(try NodeSum(world)))
            var a = [Double(world.rank)], b = [Double(10 * world.rank)]
            b.withUnsafeMutableBufferPointer { second.sum($0) }
            a.withUnsafeMutableBufferPointer { first.sum($0) }
            let all = Double(world.count * (world.count - 1) / 2)
            #expect(a == [all] && b == [10 * all])
        }
    }
}

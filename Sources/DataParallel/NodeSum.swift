internal import CSystem
internal import Glibc
public import MPI
internal import Synchronization

/// Sums a few numbers over the ranks of one node in memory that they share: what batch normalisation asks for thirty times a
/// step, and waits for.
///
/// Each rank writes its numbers into its block and counts its turn there; when all have, each adds all blocks, in the tree of
/// `ReductionAlgorithm.tree`. Blocks have two places in turn: who writes a place again knows that all have read it.
public final class NodeSum {
    private let rank: Int
    private let memory: NodeMemory
    private let turns: [UnsafeMutablePointer<Atomic<Int>>]
    private let places: [UnsafeMutablePointer<Double>]
    private var turn = 0

    /// Numbers of one turn: longer sums take several.
    private static let capacity = 8192

    /// Numbers before the places, for the turn: two cache lines.
    private static let head = 16

    /// Polls after which a waiting rank lets others run.
    private static let patience = 4000

    /// Room on each rank of `node`; collective. Nil on all ranks where they cannot share memory.
    public init?(_ node: Communicator) throws(MPIError) {
        let count = Self.head + 2 * Self.capacity
        guard let memory = try NodeMemory(node, bytes: count * MemoryLayout<Double>.stride) else { return nil }
        (self.memory, rank) = (memory, node.rank)
        // A new block is zero, as a turn that was never counted.
        turns = memory.blocks.map { $0.bindMemory(to: Atomic<Int>.self, capacity: 1) }
        places = memory.blocks.map {
            ($0 + Self.head * MemoryLayout<Double>.stride).bindMemory(to: Double.self, capacity: 2 * Self.capacity)
        }
    }

    /// numbers = Σ over ranks of numbers, the same bits on every rank; collective.
    public func sum(_ numbers: UnsafeMutableBufferPointer<Double>) {
        for first in stride(from: 0, to: numbers.count, by: Self.capacity) {
            let last = min(first + Self.capacity, numbers.count)
            sumTurn(UnsafeMutableBufferPointer(rebasing: numbers[first..<last]))
        }
    }

    private func sumTurn(_ numbers: UnsafeMutableBufferPointer<Double>) {
        guard let target = numbers.baseAddress else { return }
        turn += 1
        let shift = turn % 2 * Self.capacity
        (places[rank] + shift).update(from: target, count: numbers.count)
        turns[rank].pointee.store(turn, ordering: .releasing)
        for other in turns.indices where other != rank { wait(for: other) }
        for index in numbers.indices { target[index] = treeSum(0..<places.count, index + shift) }
    }

    private func wait(for rank: Int) {
        var polls = 0
        while turns[rank].pointee.load(ordering: .acquiring) < turn {
            polls += 1
            if polls < Self.patience { jcm_pause() } else { sched_yield() }
        }
    }

    /// Neighbours first, then pairs of pairs: the left part has the largest power of two of the terms. Unlike `TreeSum` it leaves
    /// them as they are: the other ranks read them, too.
    private func treeSum(_ ranks: Range<Int>, _ index: Int) -> Double {
        guard ranks.count > 1 else { return places[ranks.lowerBound][index] }
        var left = 1
        while left * 2 < ranks.count { left *= 2 }
        let middle = ranks.lowerBound + left
        return treeSum(ranks.lowerBound..<middle, index) + treeSum(middle..<ranks.upperBound, index)
    }
}

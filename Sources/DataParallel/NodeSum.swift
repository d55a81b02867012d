public import MPI

/// Sums a few numbers over the ranks of one node in memory that they share: what batch normalisation asks for thirty times a
/// step, and waits for.
///
/// Each rank writes its numbers into its block and counts its turn there; when all have, each adds all blocks, in the tree of
/// `ReductionAlgorithm.tree`. Blocks have two places in turn: who writes a place again knows that all have read it.
public final class NodeSum {
    /// What a rank does while it waits for others, a little at a time; says whether there was anything to do.
    public var meanwhile: () -> Bool = { false }

    private let rank: Int
    private let memory: NodeMemory
    private let turns: NodeCounters
    private let places: [UnsafeMutablePointer<Double>]
    private var turn = 0

    /// Each rank's numbers once more, since the sum overwrites them and the other ranks read them, too.
    private let copies: [UnsafeMutablePointer<Double>]

    /// Numbers of one turn: longer sums take several.
    private static let capacity = 8192

    /// Room on each rank of `node`; collective. Nil on all ranks where they cannot share memory.
    public init?(_ node: Communicator) throws(MPIError) {
        let bytes = NodeCounters.bytes + 2 * Self.capacity * MemoryLayout<Double>.stride
        guard let memory = try NodeMemory(node, bytes: bytes) else { return nil }
        (self.memory, rank) = (memory, node.rank)
        turns = NodeCounters(memory, rank: node.rank)
        places = memory.blocks.map {
            ($0 + NodeCounters.bytes).bindMemory(to: Double.self, capacity: 2 * Self.capacity)
        }
        copies = memory.blocks.map { _ in .allocate(capacity: Self.capacity) }
    }

    deinit { for copy in copies { copy.deallocate() } }

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
        turns.publish(turn)
        turns.wait(for: turn, meanwhile: meanwhile)
        for (copy, place) in zip(copies, places) { copy.update(from: place + shift, count: numbers.count) }
        TreeSum.sum(copies, length: numbers.count, into: target)
    }
}

public import Tensors

/// Sums the gradients of a rank's micro-batches in the canonical binary tree (see `TreeSum`).
///
/// With M micro-batches on each of R ranks, M a power of two, and `ReductionAlgorithm.tree` over the ranks,
/// the sum has the same bits as with R·M micro-batches on one rank. Partial sums wait on a stack of buffers,
/// as many as M − 1 has binary digits 1 at most: none for M = 1, one for 2, two for 4.
///
/// ```
/// accumulator.begin()                        // the buffer is zero
/// for each micro-batch but the last {
///     backward; accumulator.add()            // and is again zero afterwards
/// }
/// backward, combining each finished range    // the buffer then holds the sum
/// ```
public final class MicroBatchAccumulator {
    private let buffer: Tensor
    private let arena = Arena("partial gradients")
    private var slots: [Slot] = []
    private let team: WorkerTeam
    private let maximum: Int

    /// Micro-batches that were added since `begin()`.
    private var added = 0

    /// Partial sums in use: one a binary digit 1 of `added`.
    private var depth = 0
    private var combinedDownTo: Int

    /// Floats that a thread finishes before it takes the next ones: they stay in the first cache.
    private static let block = 4096

    /// An accumulator for at most `maximumMicroBatches` of the gradients in `buffer`, which outlives it.
    public init(buffer: Tensor, maximumMicroBatches: Int, team: WorkerTeam) {
        precondition(maximumMicroBatches >= 1, "\(maximumMicroBatches) micro-batches")
        self.buffer = buffer
        self.team = team
        maximum = maximumMicroBatches
        combinedDownTo = buffer.count
        let needed = (0..<maximumMicroBatches).map(\.nonzeroBitCount).max() ?? 0
        for _ in 0..<needed { slots.append(arena.reserve(Shape(buffer.count))) }
        arena.commit()
    }

    /// The size of the partial sums, in bytes.
    public var bytes: Int { arena.bytes }

    /// Starts a step.
    public func begin() {
        (added, depth) = (0, 0)
        combinedDownTo = buffer.count
    }

    /// Adds the buffer, which holds one micro-batch's gradients.
    ///
    /// Afterwards the buffer is zero, for the next micro-batch; after the last one it holds the sum of all.
    public func add(last: Bool = false) {
        if last { return combine(0..<buffer.count) }
        precondition(
            added + 1 < maximum && combinedDownTo == buffer.count,
            "micro-batch \(added + 1) of at most \(maximum) cannot be followed by another")
        let carries = added.trailingOnes
        let partials = (depth - carries..<depth).reversed().map { slots[$0].tensor.pointer }
        let target = slots[depth - carries].tensor.pointer
        let gradients = buffer.pointer
        inBlocks(0..<buffer.count) { start, count in
            for partial in partials { TreeSum.add(partial + start, to: gradients + start, count) }
            (target + start).update(from: gradients + start, count: count)
            (gradients + start).update(repeating: 0, count: count)
        }
        added += 1
        depth += 1 - carries
    }

    /// Turns `range` of the last micro-batch's gradients into the sum of all micro-batches'.
    ///
    /// The ranges of a step follow one another from the end of the buffer to its start.
    public func combine(_ range: Range<Int>) {
        precondition(
            range.upperBound == combinedDownTo,
            "combined down to \(combinedDownTo), then the range \(range)")
        combinedDownTo = range.lowerBound
        guard depth > 0 else { return }
        let partials = (0..<depth).reversed().map { slots[$0].tensor.pointer }
        let gradients = buffer.pointer
        inBlocks(range) { start, count in
            for partial in partials { TreeSum.add(partial + start, to: gradients + start, count) }
        }
    }

    private func inBlocks(_ range: Range<Int>, _ body: (Int, Int) -> Void) {
        team.ranges(range.count, grain: Self.block) { part in
            for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.block) {
                body(range.lowerBound + start, min(Self.block, part.upperBound - start))
            }
        }
    }
}

extension Int {
    /// The number of binary digits 1 below the lowest 0: how many carries one more causes.
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}

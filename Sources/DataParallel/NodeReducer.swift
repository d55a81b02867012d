public import MPI
public import Tensors

/// Sums gradients that lie in memory which all ranks of one node share: no gradient travels.
///
/// Each rank owns a part of the buffer: it alone sums it and updates the parameters there, then all take over each
/// other's part. The sum is the tree of `ReductionAlgorithm.tree`, to the bit.
///
/// ```
/// let reducer = try NodeReducer(node, count: store.bufferCount, grain: 16, team: team)
/// store.moveGradients(to: reducer.gradients, heldBy: reducer)
/// …backward…
/// try reducer.reduce(store.values) { part in …values[part] changes by gradients[part]… }
/// // values is the same on all ranks; the gradients are free again
/// ```
public final class NodeReducer {
    /// The elements that this rank sums and updates; may be none.
    public var own: Range<Int> { parts[node.rank] }

    /// This rank's gradients.
    public var gradients: UnsafeMutablePointer<Float> { buffers[node.rank] }

    private let node: Communicator
    private let team: WorkerTeam
    private let parts: [Range<Int>]
    private let memory: NodeMemory
    private let buffers: [UnsafeMutablePointer<Float>]
    private var isSummed = false

    /// Floats that are summed, updated and handed on before the next ones: with Adam's arrays they fit the second
    /// cache.
    private static let block = 16_384

    /// Floats before a buffer: arenas begin at staggered places (see `Arena`), this is one that they do not use.
    private static let shift = 15 * 17_664

    /// Room for `count` gradients on each rank of `node`, parts beginning at multiples of `grain`; collective.
    ///
    /// Nil on all ranks where they cannot share memory.
    public init?(_ node: Communicator, count: Int, grain: Int, team: WorkerTeam) throws(MPIError) {
        let node = try node.duplicate()
        let bytes = (Self.shift + count) * MemoryLayout<Float>.stride
        guard let memory = try NodeMemory(node, bytes: bytes) else { return nil }
        (self.node, self.memory, self.team) = (node, memory, team)
        parts = Self.parts(of: count, grain: grain, ranks: node.count)
        buffers = memory.blocks.map { $0.bindMemory(to: Float.self, capacity: Self.shift + count) + Self.shift }
    }

    /// Waits for all ranks' gradients, and puts the sum of this rank's part in their place.
    ///
    /// For what needs the whole sum before any value changes; `reduce` then does not sum again.
    public func sum() throws(MPIError) {
        try node.barrier()
        eachBlock { sum($0) }
        isSummed = true
    }

    /// Sums this rank's part a block at a time, has `update` change the values there while all of it is in the caches, and
    /// gives every rank the parts of `values` that the others own, by way of their gradients.
    ///
    /// `update` is called on several threads, each time with another range.
    public func reduce(_ values: Tensor, update: (Range<Int>) -> Void) throws(MPIError) {
        let mustSum = !isSummed
        if mustSum { try node.barrier() }
        isSummed = false
        eachBlock { block in
            if mustSum { sum(block) }
            update(block)
            (gradients + block.lowerBound).update(from: values.pointer + block.lowerBound, count: block.count)
        }
        try node.barrier()
        for rank in 0..<node.count where rank != node.rank {
            let start = parts[rank].lowerBound
            team.ranges(parts[rank].count, grain: Self.block) { range in
                (values.pointer + start + range.lowerBound)
                    .update(from: buffers[rank] + start + range.lowerBound, count: range.count)
            }
        }
        try node.barrier()
    }

    private func sum(_ block: Range<Int>) {
        guard node.count > 1 else { return }
        TreeSum.sum(node.count, length: block.count, into: gradients + block.lowerBound) {
            buffers[$0] + block.lowerBound
        }
    }

    /// Blocks of this rank's part, shared by the team.
    private func eachBlock(_ body: (Range<Int>) -> Void) {
        team.ranges(own.count, grain: Self.block) { range in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
                body(own.lowerBound + start..<own.lowerBound + min(range.upperBound, start + Self.block))
            }
        }
    }

    /// All ranks' values in the order of their parts.
    public func gather(_ values: [Double]) throws(MPIError) -> [Double] {
        try node.allGather(values).flatMap { $0 }
    }

    /// Brings each rank's own part of `tensor` to rank 0.
    public func collect(_ tensor: Tensor) throws(MPIError) {
        for rank in 1..<node.count {
            let part = UnsafeMutableBufferPointer(
                start: tensor.pointer + parts[rank].lowerBound, count: parts[rank].count)
            if node.rank == 0 { try node.receive(into: part, from: rank) }
            if node.rank == rank { try node.send(UnsafeBufferPointer(part), to: 0) }
        }
    }

    /// `count` elements cut into a part a rank, at multiples of `grain`.
    static func parts(of count: Int, grain: Int, ranks: Int) -> [Range<Int>] {
        let units = (count + grain - 1) / grain
        return (0..<ranks).map { rank in
            min(count, units * rank / ranks * grain)..<min(count, units * (rank + 1) / ranks * grain)
        }
    }
}

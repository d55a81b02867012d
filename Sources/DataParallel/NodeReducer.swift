public import MPI
public import Tensors

/// Sums gradients that lie in memory which all ranks of one node share, and updates the parameters there: nothing travels.
///
/// The node has one copy of the parameters. Each rank owns a part of them: it alone sums the gradients of this part and
/// updates it, while the others do the same with theirs. The sum is the tree of `ReductionAlgorithm.tree`, to the bit.
///
/// ```
/// let reducer = try NodeReducer(node, count: store.bufferCount, grain: 16, team: team)
/// try reducer.take(store.values)
/// store.share(values: reducer.values, gradients: reducer.gradients, heldBy: reducer)
/// …backward…
/// try reducer.reduce { part in …values[part] changes by gradients[part]… }
/// // the values are new on all ranks; the gradients are free again
/// ```
public final class NodeReducer {
    /// The elements that this rank sums and updates; may be none.
    public var own: Range<Int> { parts[node.rank] }

    /// This rank's gradients.
    public var gradients: UnsafeMutablePointer<Float> { buffers[node.rank] }

    /// The parameters, which all ranks share. None may read them between its gradients' end and the end of `reduce`.
    public let values: UnsafeMutablePointer<Float>

    private let node: Communicator
    private let team: WorkerTeam
    private let parts: [Range<Int>]
    private let memory: NodeMemory
    private let buffers: [UnsafeMutablePointer<Float>]
    private let valuesPlace: Int
    private var isSummed = false

    /// Floats that are summed and updated before the next ones: the sums wait for Adam in the second cache, and each pass is
    /// long enough for what it reads to be fetched ahead. Threads share them in smaller units.
    private static let block = 131_072, unit = 16_384

    /// Floats before the gradients, and again before the values: arenas begin at staggered places (see `Arena`), these are
    /// two that they do not use.
    private static let shift = 15 * 17_664

    /// Room for `count` gradients on each rank of `node` and for as many values, parts beginning at multiples of `grain`;
    /// collective.
    ///
    /// Nil on all ranks where they cannot share memory.
    public init?(_ node: Communicator, count: Int, grain: Int, team: WorkerTeam) throws(MPIError) {
        let node = try node.duplicate()
        // The values lie behind the gradients of rank 0; the other ranks' pages there are never touched and take no room.
        let place = Self.shift + count + Self.shift
        let bytes = (place + count) * MemoryLayout<Float>.stride
        guard let memory = try NodeMemory(node, bytes: bytes) else { return nil }
        (self.node, self.memory, self.team) = (node, memory, team)
        parts = Self.parts(of: count, grain: grain, ranks: node.count)
        let blocks = memory.blocks.map { $0.bindMemory(to: Float.self, capacity: place + count) }
        buffers = blocks.map { $0 + Self.shift }
        values = blocks[0] + place
        valuesPlace = place
        memory.joinPages(Self.bytes(Self.shift..<Self.shift + count), ofRank: node.rank)
    }

    private static func bytes(_ floats: Range<Int>) -> Range<Int> {
        let size = MemoryLayout<Float>.stride
        return floats.lowerBound * size..<floats.upperBound * size
    }

    /// Takes over the parameters from `values`, each rank its own part, which then lies in its own memory where a node has
    /// several; collective.
    public func take(_ values: Tensor) throws(MPIError) {
        (self.values + own.lowerBound).update(from: values.pointer + own.lowerBound, count: own.count)
        try node.barrier()
        memory.joinPages(Self.bytes(valuesPlace + own.lowerBound..<valuesPlace + own.upperBound), ofRank: 0)
    }

    /// Waits for all ranks' gradients, and puts the sum of this rank's part in their place.
    ///
    /// For what needs the whole sum before any value changes; `reduce` then does not sum again.
    public func sum() throws(MPIError) {
        try node.barrier()
        eachBlock { sum($0) }
        isSummed = true
    }

    /// Sums this rank's part a block at a time and has `update` change the values there while all of it is in the caches;
    /// returns when all parts are new.
    ///
    /// `update` is called on several threads, each time with another range.
    public func reduce(update: (Range<Int>) -> Void) throws(MPIError) {
        let mustSum = !isSummed
        if mustSum { try node.barrier() }
        isSummed = false
        eachBlock { block in
            if mustSum { sum(block) }
            update(block)
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
        team.ranges(own.count, grain: Self.unit) { range in
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
            if node.rank == 0 { try node.receive(into: part(rank, of: tensor), from: rank) }
            if node.rank == rank { try node.send(UnsafeBufferPointer(part(rank, of: tensor)), to: 0) }
        }
    }

    /// Gives each rank its own part of `tensor` on rank 0: the other parts' memory stays untouched.
    public func distribute(_ tensor: Tensor) throws(MPIError) {
        for rank in 1..<node.count {
            if node.rank == 0 { try node.send(UnsafeBufferPointer(part(rank, of: tensor)), to: rank) }
            if node.rank == rank { try node.receive(into: part(rank, of: tensor), from: 0) }
        }
    }

    private func part(_ rank: Int, of tensor: Tensor) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: tensor.pointer + parts[rank].lowerBound, count: parts[rank].count)
    }

    /// `count` elements cut into a part a rank, at multiples of `grain`.
    static func parts(of count: Int, grain: Int, ranks: Int) -> [Range<Int>] {
        let units = (count + grain - 1) / grain
        return (0..<ranks).map { rank in
            min(count, units * rank / ranks * grain)..<min(count, units * (rank + 1) / ranks * grain)
        }
    }
}

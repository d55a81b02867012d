internal import CSystem
public import MPI
public import Tensors

/// Sums gradients that lie in memory which all ranks of one node share, and updates the parameters there: nothing travels.
///
/// The node has one copy of the parameters, cut into stripes that belong to the ranks in turn. A rank alone sums the gradients
/// of its stripes and updates them, while the others do the same with theirs: as soon as all ranks' gradients there are final,
/// while backward goes on and the caches still hold them. The sum is the tree of `ReductionAlgorithm.tree`, to the bit.
///
/// ```
/// let reducer = try NodeReducer(node, count: store.bufferCount, grain: 16, team: team)
/// try reducer.take(store.values)
/// store.share(values: reducer.values, gradients: reducer.gradients, heldBy: reducer)
/// reducer.begin { part, first, second in …values[part] changes by first + second… }
/// …backward; reducer.finished(downTo: …) as gradients become final…
/// reducer.finish()
/// // the values are new on all ranks; the gradients are free again
/// ```
public final class NodeReducer {
    /// The stripes that this rank sums and updates, in order; may be none.
    public let own: [Range<Int>]

    /// This rank's gradients.
    public var gradients: UnsafeMutablePointer<Float> { buffers[node.rank] }

    /// The parameters, which all ranks share. A rank may not read those whose gradients it has called final until `finish`.
    public let values: UnsafeMutablePointer<Float>

    /// What a rank makes of the summed gradients of a range: they are what lies at `first`, plus what lies at `second` where that
    /// is given. Who reads them makes the last addition: they are never written.
    public typealias Update = (
        _ range: Range<Int>, _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>?
    ) -> Void

    private let node: Communicator
    private let team: WorkerTeam
    private let stripes: Stripes
    private let memory: NodeMemory
    private let counters: NodeCounters
    private let buffers: [UnsafeMutablePointer<Float>]
    private let valuesPlace: Int
    private let flushesLines = jcm_flushes_lines() != 0
    private var update: Update?

    /// Steps begun; what all counts of this step are more than; and the part of `own` that still waits: the stripes up to number
    /// `stripe`, of that one what lies below `end`.
    private var step = 0, base = 0, stripe = -1, end = 0

    /// Floats that are summed and updated before the next ones: sums of more than two ranks wait for Adam in the second cache,
    /// and each pass is long enough for what it reads to be fetched ahead. Threads share them in smaller units, and a rank that
    /// waits for others does one unit at a time.
    private static let block = 131_072, unit = 4096

    /// Floats before the gradients, and again before the values: arenas begin at staggered places (see `Arena`), these are
    /// two that they do not use. The counters lie in the first.
    private static let shift = 15 * 17_664

    /// Room for `count` gradients on each rank of `node` and for as many values, stripes beginning at multiples of `grain`;
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
        counters = NodeCounters(memory, rank: node.rank)
        stripes = Stripes(count, grain: grain, ranks: node.count)
        own = stripes.of(node.rank)
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

    /// Takes over the parameters from `values`, each rank its own stripes, which then lie in its own memory where a node has
    /// several; collective.
    public func take(_ values: Tensor) throws(MPIError) {
        for part in own {
            (self.values + part.lowerBound).update(from: values.pointer + part.lowerBound, count: part.count)
        }
        // One rank after the other: a page that two ask for at once may be joined for neither.
        for rank in 0..<node.count {
            try node.barrier()
            guard rank == node.rank else { continue }
            for part in own {
                memory.joinPages(Self.bytes(valuesPlace + part.lowerBound..<valuesPlace + part.upperBound), ofRank: 0)
            }
        }
        try node.barrier()
    }

    /// Starts a step. As gradients become final, `update` is called for ranges of this rank's stripes, on several threads and in
    /// any order. Without `update` their sums are put in the place of this rank's own, for what needs all of them before any
    /// value changes.
    public func begin(update: Update? = nil) {
        step += 1
        base = step * (stripes.count + 3)
        (stripe, end) = (own.count - 1, own.last?.upperBound ?? 0)
        self.update = update
    }

    /// Says that this rank's gradients from `place` on are final, and that it does not read the values there again in this step;
    /// sums and updates what is final on all ranks.
    public func finished(downTo place: Int) {
        counters.publish(base + stripes.count - place)
        while work(atMost: Self.block) {}
    }

    /// A little of what is final on all ranks, for a rank that waits; whether there was anything.
    public func workAhead() -> Bool { work(atMost: Self.unit) }

    /// Returns when all values are new, or all sums made where `begin` had no update; called behind `finished(downTo: 0)` on all
    /// ranks.
    public func finish() {
        counters.wait(for: base + stripes.count) { workAhead() }
        while work(atMost: Self.block) {}
        meet(base + stripes.count + 1)
    }

    /// Updates this rank's values behind a `finish` that made sums alone; returns when all ranks' are new.
    public func update(_ update: (Range<Int>) -> Void) {
        for part in own {
            eachBlock(part) { block in
                giveUp(block)
                update(block)
            }
        }
        meet(base + stripes.count + 2)
    }

    /// Takes values that change now out of all caches: the other ranks' hold them, too. A core that writes such a line waits for
    /// the others to give it up, one by one where these are behind another third cache; that took Adam six times as long there.
    private func giveUp(_ part: Range<Int>) {
        if flushesLines { jcm_flush_lines(values + part.lowerBound, part.count) }
    }

    private func meet(_ count: Int) {
        counters.publish(count)
        counters.wait(for: count) { false }
    }

    /// Sums and updates up to `most` floats of what is final on all ranks, the last ones first; whether there were any.
    private func work(atMost most: Int) -> Bool {
        guard stripe >= 0 else { return false }
        let final = stripes.count - max(0, counters.least - base)
        let first = own[stripe].lowerBound, start = max(first, final, end - most)
        // Backward goes on from layer to layer; what a small one leaves of a stripe is not worth a pass of its own.
        guard start == first || end - start >= Self.unit else { return false }
        eachBlock(start..<end) { part in
            let terms = buffers.map { $0 + part.lowerBound }
            guard let update else { return TreeSum.sum(terms, length: part.count, into: terms[node.rank]) }
            giveUp(part)
            let (first, second) = TreeSum.sumToTwo(terms, length: part.count)
            update(part, first, second)
        }
        end = start
        if start == first {
            stripe -= 1
            end = stripe >= 0 ? own[stripe].upperBound : 0
        }
        return true
    }

    /// Blocks of `part`, shared by the team.
    private func eachBlock(_ part: Range<Int>, _ body: (Range<Int>) -> Void) {
        team.ranges(part.count, grain: Self.unit) { range in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
                body(part.lowerBound + start..<part.lowerBound + min(range.upperBound, start + Self.block))
            }
        }
    }

    /// All ranks' numbers in the order of the stripes, from a list for each stripe of `own`; collective.
    public func gather(_ lists: [[Double]]) throws(MPIError) -> [Double] {
        let lengths = try node.allGather(lists.map { Int64($0.count) })
        let numbers = try node.allGather(lists.flatMap { $0 })
        var places = numbers.map(\.startIndex)
        return (0..<stripes.number).flatMap { index in
            let (rank, turn) = (index % node.count, index / node.count)
            defer { places[rank] += Int(lengths[rank][turn]) }
            return numbers[rank][places[rank]..<places[rank] + Int(lengths[rank][turn])]
        }
    }

    /// Brings each rank's stripes of `tensor` to rank 0.
    public func collect(_ tensor: Tensor) throws(MPIError) {
        for rank in 1..<node.count {
            for part in stripes.of(rank).map({ floats($0, of: tensor) }) {
                if node.rank == 0 { try node.receive(into: part, from: rank) }
                if node.rank == rank { try node.send(UnsafeBufferPointer(part), to: 0) }
            }
        }
    }

    /// Gives each rank its own stripes of `tensor` on rank 0: the others' memory stays untouched.
    public func distribute(_ tensor: Tensor) throws(MPIError) {
        for rank in 1..<node.count {
            for part in stripes.of(rank).map({ floats($0, of: tensor) }) {
                if node.rank == 0 { try node.send(UnsafeBufferPointer(part), to: rank) }
                if node.rank == rank { try node.receive(into: part, from: 0) }
            }
        }
    }

    private func floats(_ part: Range<Int>, of tensor: Tensor) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: tensor.pointer + part.lowerBound, count: part.count)
    }
}

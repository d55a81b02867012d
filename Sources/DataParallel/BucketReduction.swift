internal import MPI
internal import Tensors

/// Sums one range of the gradient buffer over the ranks, in place.
final class BucketReduction {
    let communicator: Communicator
    private let buffer: Tensor
    private let algorithm: ReductionAlgorithm

    /// Room for this rank's segment as the other ranks have it, one after the other.
    private let staging = Arena("gradient staging")
    private let longest: Int
    private var plans: [Int: Plan] = [:]

    /// Who sends what in a bucket of one length.
    private struct Plan {
        let segments: BlockLayout
        let sent: BlockLayout
        let received: BlockLayout
        let own: Range<Int>
    }

    init(
        _ communicator: Communicator, _ buffer: Tensor, _ algorithm: ReductionAlgorithm, buckets: [Range<Int>]
    ) {
        self.communicator = communicator
        self.buffer = buffer
        self.algorithm = algorithm
        longest = Self.segmentLength(buckets.map(\.count).max() ?? 0, communicator.count)
        guard algorithm == .tree, communicator.count > 1 else { return }
        for length in Set(buckets.map(\.count)) { plans[length] = plan(length) }
        _ = staging.reserve(Shape(longest * communicator.count))
        staging.commit()
    }

    /// Sums `bucket`, on the threads of `team` where it is free for that.
    func reduce(_ bucket: Range<Int>, team: WorkerTeam?) throws(MPIError) {
        guard communicator.count > 1 else { return }
        let base = buffer.pointer + bucket.lowerBound
        guard let plan = plans[bucket.count] else {
            return try communicator.allReduce(
                UnsafeMutableBufferPointer(start: base, count: bucket.count), .sum)
        }
        let received = staging.whole.pointer
        try communicator.allToAll(base, plan.sent, into: received, plan.received)
        let own = base + plan.own.lowerBound
        let (rank, stride) = (communicator.rank, longest)
        let terms = (0..<communicator.count).map { $0 == rank ? own : received + $0 * stride }
        if let team {
            team.ranges(plan.own.count, grain: 4096) { range in
                TreeSum.sum(terms.map { $0 + range.lowerBound }, length: range.count, into: own + range.lowerBound)
            }
        } else {
            TreeSum.sum(terms, length: plan.own.count, into: own)
        }
        try communicator.allGather(base, plan.segments)
    }

    private func plan(_ length: Int) -> Plan {
        let (ranks, rank) = (communicator.count, communicator.rank)
        let segment = Self.segmentLength(length, ranks)
        let segments = (0..<ranks).map { min(length, $0 * segment)..<min(length, ($0 + 1) * segment) }
        let others = (0..<ranks).map { $0 == rank ? 0 : 1 }
        let own = segments[rank]
        return Plan(
            segments: BlockLayout(counts: segments.map(\.count), offsets: segments.map(\.lowerBound)),
            sent: BlockLayout(
                counts: zip(segments, others).map { $0.count * $1 }, offsets: segments.map(\.lowerBound)),
            received: BlockLayout(
                counts: others.map { $0 * own.count }, offsets: (0..<ranks).map { $0 * longest }),
            own: own)
    }

    /// Segments begin at multiples of 16 floats: one cache line.
    private static func segmentLength(_ length: Int, _ ranks: Int) -> Int {
        let share = (length + ranks - 1) / ranks
        return (share + 15) / 16 * 16
    }
}

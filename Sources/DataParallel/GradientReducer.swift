public import MPI
public import Tensors

/// Sums a flat gradient buffer over the ranks while backward still fills it: the watermark seam.
///
/// Backward fills the buffer from its end, and says how far it has come with `finished(downTo:)`. What lies
/// behind that mark is final: each bucket that does so as a whole is summed. Buckets are cut from the end of
/// the buffer, by its size and `bucketBytes` alone, and go out in one order on every rank, however fast a
/// rank is.
///
/// ```
/// reducer.begin()
/// model.backward { reducer.finished(downTo: $0) }
/// try reducer.finish()
/// ```
public final class GradientReducer {
    /// Bytes of a bucket unless the recipe says otherwise.
    ///
    /// Two ranks of one host, nothing to overlap with, median milliseconds with buckets of 1 / 4 / 16 MB
    /// (2026-11-23, two cores of an Emerald Rapids Xeon; on a thread of its own the same): 256 MB tree
    /// 54 / 58 / 57, mpi 42 / 48 / 48; 16 MB tree 2.8 / 2.0 / 2.0, mpi 2.2 / 1.9 / 1.9; 1 MB tree 0.2, mpi 0.2.
    /// 4 MB is near the best of each, and spares a network the many small messages of 1 MB (not measured).
    public static let defaultBucketBytes = 4 << 20

    /// The buckets in the order of their reduction: from the end of the buffer to its start.
    public let buckets: [Range<Int>]

    /// Seconds that the last `finish()` kept its caller waiting: the part of the reduction that nothing hid.
    public private(set) var exposedSeconds = 0.0

    private let buffer: Tensor
    private let reduction: BucketReduction
    private let accumulator: MicroBatchAccumulator?
    private let team: WorkerTeam
    private let thread: CommunicationThread?
    private var watermark = 0
    private var posted = 0
    private var failure: MPIError?

    /// A reducer of `buffer`; collective.
    ///
    /// - Parameters:
    ///   - communicator: the ranks; a duplicate of it is made, the caller's stays free for other use
    ///   meanwhile.
    ///   - buffer: the gradients, one row; it outlives the reducer.
    ///   - bucketBytes: the size of a bucket, in bytes.
    ///   - algorithm: the order of the sum.
    ///   - overlap: whether a thread of its own reduces while backward goes on; else `finished` itself does.
    ///   - accumulator: earlier micro-batches' gradients, added to each bucket before it is reduced.
    ///   - team: sums where the caller's own thread reduces.
    public init(
        communicator: Communicator, buffer: Tensor, bucketBytes: Int = defaultBucketBytes,
        algorithm: ReductionAlgorithm = .tree, overlap: Bool = true,
        accumulator: MicroBatchAccumulator? = nil, team: WorkerTeam
    ) throws(MPIError) {
        buckets = Self.buckets(of: buffer.count, bucketBytes: bucketBytes)
        self.buffer = buffer
        self.accumulator = accumulator
        self.team = team
        let ranges = buckets
        let reduction = BucketReduction(try communicator.duplicate(), buffer, algorithm, buckets: ranges)
        self.reduction = reduction
        let isThreaded = overlap && communicator.count > 1
        thread =
            isThreaded
            ? CommunicationThread { (job) throws(MPIError) in try reduction.reduce(ranges[job], team: nil) }
            : nil
    }

    deinit { thread?.stop() }

    /// Starts a step: nothing is final yet.
    public func begin() {
        watermark = buffer.count
        posted = 0
        thread?.begin()
    }

    /// Says that the gradients from `offset` to the end of the buffer are final.
    ///
    /// Called with falling offsets. An error is kept for `finish()`.
    public func finished(downTo offset: Int) {
        precondition(
            (0...watermark).contains(offset),
            "gradients are final down to \(watermark), then down to \(offset): a layer out of order")
        watermark = offset
        while posted < buckets.count, buckets[posted].lowerBound >= offset {
            accumulator?.combine(buckets[posted])
            posted += 1
            if let thread { thread.post(posted) } else { reduceHere(buckets[posted - 1]) }
        }
    }

    /// Waits until the whole buffer holds the sums, on this rank.
    ///
    /// - Throws: `MPIError` of the first bucket that could not be reduced; the job is then beyond repair.
    public func finish() throws(MPIError) {
        precondition(posted == buckets.count, "finished with gradients final down to \(watermark), not to 0")
        let clock = ContinuousClock()
        let start = clock.now
        try thread?.wait()
        if let failure { throw failure }
        exposedSeconds = (clock.now - start) / .seconds(1)
    }

    /// The cuts of a buffer of `count` floats, from its end.
    static func buckets(of count: Int, bucketBytes: Int) -> [Range<Int>] {
        let length = bucketBytes / MemoryLayout<Float>.stride
        precondition(length > 0, "buckets of \(bucketBytes) bytes")
        return stride(from: count, to: 0, by: -length).map { max(0, $0 - length)..<$0 }
    }

    private func reduceHere(_ bucket: Range<Int>) {
        guard failure == nil else { return }
        do throws(MPIError) { try reduction.reduce(bucket, team: team) } catch { failure = error }
    }
}

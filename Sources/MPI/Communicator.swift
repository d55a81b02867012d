internal import CMPI
internal import Glibc

/// A group of ranks that speak with one another: `MPI_Comm`.
///
/// All calls but `send` and `receive` are collective: every rank makes them, in the same order. One thread at
/// a time uses a communicator; a second thread takes a `duplicate()`. Those that were made here are freed
/// with the last reference, which must go before the end of `MPIRuntime.run`.
public final class Communicator: @unchecked Sendable {
    /// This process's number in the group, 0 ..< `count`.
    public let rank: Int

    /// The number of ranks in the group.
    public let count: Int

    /// This process's number in the whole job.
    public let worldRank: Int

    /// The number of processes of the job.
    public let worldCount: Int

    /// The name of the machine that this process runs on.
    public let hostname: String

    let handle: MPI_Comm
    private let isOwned: Bool

    /// The most elements one MPI call may carry; longer buffers travel in pieces.
    let largestCount: Int

    /// The communicator of all ranks of the job.
    init(world: MPI_Comm) throws(MPIError) {
        handle = world
        isOwned = false
        largestCount = Int(Int32.max)
        hostname = Self.machineName()
        MPI_Comm_set_errhandler(world, jcm_mpi_errors_return())
        (rank, count) = Self.position(in: world)
        (worldRank, worldCount) = (rank, count)
    }

    private init(part: MPI_Comm, of parent: Communicator, largestCount: Int? = nil) {
        handle = part
        isOwned = true
        self.largestCount = largestCount ?? parent.largestCount
        hostname = parent.hostname
        MPI_Comm_set_errhandler(part, jcm_mpi_errors_return())
        (rank, count) = Self.position(in: part)
        (worldRank, worldCount) = (parent.worldRank, parent.worldCount)
    }

    deinit {
        guard isOwned else { return }
        var isOver: Int32 = 0
        MPI_Finalized(&isOver)
        guard isOver == 0 else { return }
        var copy: MPI_Comm? = handle
        MPI_Comm_free(&copy)
    }

    /// The group of the ranks that gave the same `color`, ordered by `key` and then by rank.
    public func split(color: Int, key: Int = 0) throws(MPIError) -> Communicator {
        var part: MPI_Comm?
        try check(MPI_Comm_split(handle, Int32(color), Int32(key), &part), "MPI_Comm_split")
        return Communicator(part: part!, of: self)
    }

    /// The group of the ranks that share this one's memory: its node.
    public func splitShared() throws(MPIError) -> Communicator {
        var part: MPI_Comm?
        let code = MPI_Comm_split_type(
            handle, Int32(MPI_COMM_TYPE_SHARED), Int32(rank), jcm_mpi_info_null(), &part)
        try check(code, "MPI_Comm_split_type")
        return Communicator(part: part!, of: self)
    }

    /// The same ranks with messages of their own: for another thread, or another part of the program.
    public func duplicate() throws(MPIError) -> Communicator { try duplicate(largestCount: largestCount) }

    /// A duplicate that cuts buffers into pieces of at most `largestCount` elements.
    package func duplicate(largestCount: Int) throws(MPIError) -> Communicator {
        var copy: MPI_Comm?
        try check(MPI_Comm_dup(handle, &copy), "MPI_Comm_dup")
        return Communicator(part: copy!, of: self, largestCount: largestCount)
    }

    /// The number of distinct nodes, that is of groups with shared memory; collective.
    public func nodeCount() throws(MPIError) -> Int {
        let isFirst = try splitShared().rank == 0
        return Int(try allReduce(isFirst ? 1 : 0 as Int64, .sum))
    }

    /// Waits until every rank has come here.
    public func barrier() throws(MPIError) { try check(MPI_Barrier(handle), "MPI_Barrier") }

    /// Turns the code that a call returned into an error.
    @inline(__always)
    func check(_ code: Int32, _ operation: StaticString) throws(MPIError) {
        if code != MPI_SUCCESS { throw failure(code, operation) }
    }

    private func failure(_ code: Int32, _ operation: StaticString) -> MPIError {
        MPIError(
            operation: "\(operation)", code: code, text: MPIError.text(of: code), rank: rank, count: count,
            host: hostname)
    }

    /// Calls `body` with the consecutive ranges into which `total` elements are cut for single MPI calls.
    @inline(__always)
    func pieces(_ total: Int, _ body: (Int, Int32) throws(MPIError) -> Void) throws(MPIError) {
        var start = 0
        repeat {
            let length = min(largestCount, total - start)
            try body(start, Int32(length))
            start += length
        } while start < total
    }

    private static func position(in handle: MPI_Comm) -> (Int, Int) {
        var rank: Int32 = 0
        var count: Int32 = 0
        MPI_Comm_rank(handle, &rank)
        MPI_Comm_size(handle, &count)
        return (Int(rank), Int(count))
    }

    private static func machineName() -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, used in
            buffer.withMemoryRebound(to: CChar.self) { name in
                used = gethostname(name.baseAddress!, 256) == 0 ? strnlen(name.baseAddress!, 256) : 0
            }
        }
        return bytes.isEmpty ? "unknown host" : String(decoding: bytes, as: UTF8.self)
    }
}

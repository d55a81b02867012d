internal import Glibc
public import MPI

/// Brings a file from rank 0's node to all nodes of a job: one copy each, by broadcast, for nodes that share no file
/// system.
///
/// One rank a node writes; where nodes share the folder all the same, one of them. The file is cut into pieces: only
/// those that a node lacks are sent, each node's copy is read back and compared with the original's checksums, and gets
/// its name only when all copies are whole. What a killed job leaves is `NAME.partial`, whose good pieces the next one
/// keeps; after an error nothing is left.
public enum FileStaging {
    /// What came out.
    public struct Summary: Equatable, Sendable {
        /// Bytes of the file.
        public let bytes: Int

        /// Folders with a copy of their own.
        public let places: Int

        /// Those that had the right file already.
        public let present: Int

        /// Bytes that were sent.
        public let sent: Int
    }

    /// Bytes of a piece.
    public static let pieceBytes = 4 << 20

    /// Pieces between two agreements that nobody has failed.
    fileprivate static let stride = 16

    /// Copies `source`, which rank 0 reads, into `folder` of each node; `node` is the group of this rank's node.
    ///
    /// Every rank calls it. Throws on all ranks where it does on one, the line of the first that failed printed.
    public static func stage(
        _ source: String, into folder: String, world: Communicator, node: Communicator,
        pieceBytes: Int = Self.pieceBytes
    ) throws -> Summary {
        let writers = try world.split(color: node.rank == 0 ? 0 : 1)
        let result = Result {
            node.rank == 0 ? try Copying(source, folder, pieceBytes, writers).run() : nil
        }
        let summary = try world.agree(on: result)
        let numbers = summary.map { [$0.bytes, $0.places, $0.present, $0.sent].map { Int64($0) } } ?? []
        let all = try world.broadcast(numbers).map { Int($0) }
        return Summary(bytes: all[0], places: all[1], present: all[2], sent: all[3])
    }
}

/// What the writers do; rank 0 of them has the original.
private struct Copying {
    private let source: String
    private let folder: String
    private let writers: Communicator
    private let original: Original?
    private let pieces: FilePieces

    init(_ source: String, _ folder: String, _ pieceBytes: Int, _ writers: Communicator) throws {
        (self.source, self.folder, self.writers) = (source, folder, writers)
        let original = try writers.agree { writers.rank == 0 ? try Original(source) : nil }
        self.original = original
        let length = Int(try writers.broadcast(Int64(original?.length ?? 0)))
        pieces = FilePieces(length: length, pieceBytes: pieceBytes)
    }

    func run() throws -> FileStaging.Summary {
        let name = source.split(separator: "/").last.map(String.init) ?? source
        let copy = try writers.agree { try StagedFile(folder: folder, name: name, pieces) }
        let isHolder = try isFirstToSee(name)
        let places = try sum(isHolder ? 1 : 0)

        // only where something is there already: the original is otherwise read once
        var checksums: [UInt32]?
        if try sum(isHolder && copy.isBegun ? 1 : 0) > 0 {
            checksums = try share(writers.agree { try original?.checksums(pieces) })
        }
        let isPresent = isHolder && checksums.map { copy.isWhole($0) } ?? false
        let lacks = isHolder && !isPresent
        do {
            let good = try writers.agree { lacks ? try copy.begin(checksums) : [] }
            var needed = (0..<pieces.count).map { lacks && !good[$0] ? 1 : 0 as Int64 }
            try writers.allReduce(&needed, .maximum)
            let wanted = needed.indices.filter { needed[$0] == 1 }
            let sums = try send(wanted, to: copy) { lacks && !good[$0] }
            checksums = try checksums ?? share(sums)
            try writers.agree { if lacks, let checksums { try copy.verify(checksums) } }
            let mode = mode_t(try writers.broadcast(Int64(original?.mode ?? 0)))
            try writers.agree { if lacks { try copy.install(mode: mode) } }
            return FileStaging.Summary(
                bytes: pieces.length, places: places, present: try sum(isPresent ? 1 : 0),
                sent: wanted.reduce(0) { $0 + pieces.range($1).count })
        } catch {
            copy.abandon()
            throw error
        }
    }

    /// Whether no writer of a lower rank sees the same folder.
    private func isFirstToSee(_ name: String) throws -> Bool {
        let token = try writers.broadcast(Int64(getpid()) << 32 ^ Int64(time(nil)))
        func marker(_ rank: Int) -> String { "\(folder)/.\(name).\(String(token, radix: 36)).\(rank)" }
        defer { unlink(marker(writers.rank)) }
        try writers.agree {
            let descriptor = open(marker(writers.rank), O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw StagingError.system(folder, "cannot be written in") }
            close(descriptor)
        }
        let isFirst = !(0..<writers.rank).contains { access(marker($0), F_OK) == 0 }
        try writers.barrier()
        return isFirst
    }

    /// Sends pieces to all; who `lacks` one writes it. Gives, on rank 0, their checksums.
    private func send(
        _ wanted: [Int], to copy: StagedFile, _ lacks: (Int) -> Bool
    ) throws -> [UInt32] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, min(pieces.length, pieces.pieceBytes)), alignment: 4096)
        defer { buffer.deallocate() }
        var sums: [UInt32] = []
        var failure: (any Error)?
        for (count, piece) in wanted.enumerated() {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<pieces.range(piece).count])
            // one that has failed goes on with the others up to the next agreement
            do {
                try original?.read(piece, pieces, into: part)
                sums.append(FilePieces.checksum(UnsafeRawBufferPointer(part)))
            } catch { failure = failure ?? error }
            try writers.broadcast(part.assumingMemoryBound(to: UInt8.self))
            if failure == nil && lacks(piece) {
                do { try copy.write(piece, UnsafeRawBufferPointer(part)) } catch { failure = error }
            }
            if (count + 1) % FileStaging.stride == 0 { try writers.agree { if let failure { throw failure } } }
        }
        try writers.agree {
            if let failure { throw failure }
            try original?.checkUnchanged()
        }
        return sums
    }

    /// Rank 0's checksums, on all.
    private func share(_ sums: [UInt32]?) throws -> [UInt32] {
        try writers.broadcast((sums ?? []).map { Int64($0) }).map { UInt32($0) }
    }

    private func sum(_ value: Int64) throws -> Int { Int(try writers.allReduce(value, .sum)) }
}

/// The file that is copied, open on rank 0.
private final class Original {
    private let path: String
    private let descriptor: Int32
    private let status: stat

    init(_ path: String) throws(StagingError) {
        var status = stat()
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw .system(path, "cannot be read") }
        (self.path, self.descriptor) = (path, descriptor)
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw StagingError(path, "is no file, but a folder, device or pipe")
        }
        self.status = status
    }

    deinit { close(descriptor) }

    var length: Int { Int(status.st_size) }
    var mode: mode_t { status.st_mode }

    func read(_ piece: Int, _ pieces: FilePieces, into part: UnsafeMutableRawBufferPointer) throws(StagingError) {
        if pieces.read(piece, of: descriptor, into: part) { return }
        if errno != 0 { throw .system(path, "cannot be read") }
        throw StagingError(path, "became shorter while it was copied")
    }

    func checksums(_ pieces: FilePieces) throws(StagingError) -> [UInt32] {
        let sums = pieces.checksums(of: descriptor)
        let good = sums.compactMap { $0 }
        if good.count < sums.count { throw StagingError(path, "cannot be read to its end") }
        return good
    }

    /// Throws where somebody wrote to it meanwhile.
    func checkUnchanged() throws(StagingError) {
        var now = stat()
        if fstat(descriptor, &now) != 0 || now.st_size != status.st_size || now.st_mtim.tv_sec != status.st_mtim.tv_sec
            || now.st_mtim.tv_nsec != status.st_mtim.tv_nsec
        {
            throw StagingError(path, "was changed while it was copied")
        }
    }
}

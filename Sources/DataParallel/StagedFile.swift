internal import CDeflate
internal import Glibc

/// A file in pieces of equal size, the last one shorter, each with a checksum (CRC-32).
struct FilePieces {
    /// Bytes of the whole.
    let length: Int

    /// Bytes of a piece.
    let pieceBytes: Int

    /// The number of pieces.
    var count: Int { (length + pieceBytes - 1) / pieceBytes }

    /// Where a piece lies.
    func range(_ piece: Int) -> Range<Int> { (piece * pieceBytes)..<min(length, (piece + 1) * pieceBytes) }

    /// Checksums of the pieces of an open file; nil for each that cannot be read whole.
    func checksums(of descriptor: Int32) -> [UInt32?] {
        var buffer = [UInt8](repeating: 0, count: min(length, pieceBytes))
        return (0..<count).map { piece in
            buffer.withUnsafeMutableBytes { bytes in
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<range(piece).count])
                return read(piece, of: descriptor, into: part) ? Self.checksum(UnsafeRawBufferPointer(part)) : nil
            }
        }
    }

    /// Reads a piece; false where the file ends before, or the system reports an error, which is then in `errno`.
    func read(_ piece: Int, of descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        var done = 0
        errno = 0
        while done < bytes.count {
            let start = off_t(range(piece).lowerBound + done)
            let count = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, start)
            if count == 0 || count < 0 && errno != EINTR { return false }
            done += max(count, 0)
        }
        return true
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }
}

/// A node's copy of a file: whole under its own name, else under `NAME.partial`.
final class StagedFile {
    let path: String
    private let folder: String
    private let pieces: FilePieces
    private var descriptor: Int32 = -1

    private var partial: String { path + ".partial" }

    /// The copy named `name` in `folder`, which is made where it is missing.
    init(folder: String, name: String, _ pieces: FilePieces) throws(StagingError) {
        (path, self.folder, self.pieces) = (folder + "/" + name, folder, pieces)
        var parents = ""
        for part in folder.split(separator: "/") {
            parents += (parents.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
            if mkdir(parents, 0o777) != 0 && errno != EEXIST { throw .system(folder, "cannot be made") }
        }
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StagingError(folder, "is no folder; name one on this node's own disk")
        }
        if lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG {
            throw StagingError(path, "is there, and no file; name another folder")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether there is a file or a part of one that could be of use.
    var isBegun: Bool { access(path, F_OK) == 0 || access(partial, F_OK) == 0 }

    /// Whether the whole file is there already.
    func isWhole(_ expected: [UInt32]) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        return fstat(file, &status) == 0 && Int(status.st_size) == pieces.length
            && pieces.checksums(of: file) == expected
    }

    /// Opens the partial file, and says which of its pieces are good already.
    func begin(_ expected: [UInt32]?) throws(StagingError) -> [Bool] {
        descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if descriptor < 0 { throw .system(partial, "cannot be written") }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
            close(descriptor)
            descriptor = -1
            throw StagingError(partial, "is locked: another job stages the same file; wait for it, or end it")
        }
        let good = expected.map { zip(pieces.checksums(of: descriptor), $0).map { $0 == $1 } }
        var (status, system) = (stat(), statvfs())
        guard fstat(descriptor, &status) == 0, fstatvfs(descriptor, &system) == 0 else {
            throw .system(partial, "cannot be looked at")
        }
        let needed = pieces.length - min(pieces.length, Int(status.st_blocks) * 512)
        let free = Int(system.f_bavail) * Int(system.f_frsize)
        if free < needed {
            throw StagingError(
                folder, "has \(free) bytes free, \(needed) are needed: make room, or name another folder")
        }
        if ftruncate(descriptor, off_t(pieces.length)) != 0 { throw .system(partial, "cannot be written") }
        return good ?? [Bool](repeating: false, count: pieces.count)
    }

    /// Writes a piece.
    func write(_ piece: Int, _ bytes: UnsafeRawBufferPointer) throws(StagingError) {
        var done = 0
        while done < bytes.count {
            let start = off_t(pieces.range(piece).lowerBound + done)
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, start)
            if count == 0 || count < 0 && errno != EINTR { throw .system(partial, "cannot be written") }
            done += max(count, 0)
        }
    }

    /// Waits until all is on the disk, and reads it back from there.
    func verify(_ expected: [UInt32]) throws(StagingError) {
        if fsync(descriptor) != 0 { throw .system(partial, "cannot be written to the disk") }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        let bad = zip(pieces.checksums(of: descriptor), expected).filter { $0 != $1 }.count
        if bad > 0 {
            throw StagingError(
                partial, "\(bad) of \(pieces.count) pieces read back differ from what was sent: look at this disk")
        }
    }

    /// Gives the copy its name and the original's permissions.
    func install(mode: mode_t) throws(StagingError) {
        fchmod(descriptor, mode & 0o777)
        if rename(partial, path) != 0 { throw .system(path, "cannot be put in place") }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Removes what is not whole.
    func abandon() { if descriptor >= 0 { unlink(partial) } }
}

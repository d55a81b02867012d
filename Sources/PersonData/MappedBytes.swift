internal import Glibc

/// A stretch of a file in memory, read-only and shared by all processes of the machine.
final class MappedBytes: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>
    private let mapping: UnsafeMutableRawPointer
    private let length: Int

    /// Maps `count` bytes, at least one, from `offset` on.
    ///
    /// Throws where the file cannot be opened or is shorter.
    init(_ path: String, offset: Int, count: Int) throws(PersonDataError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .system(path, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .system(path, "cannot be looked at") }
        guard offset >= 0, count > 0, Int(status.st_size) - count >= offset else {
            throw PersonDataError(
                path,
                "is \(status.st_size) bytes long, its pictures end at \(offset) + \(count): it is cut off")
        }
        let begin = offset / 4096 * 4096
        length = count + offset - begin
        guard let start = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, off_t(begin)),
            start != MAP_FAILED
        else { throw .system(path, "cannot be mapped into memory") }
        mapping = start
        bytes = UnsafeBufferPointer(
            start: (start + (offset - begin)).assumingMemoryBound(to: UInt8.self), count: count)
    }

    deinit { munmap(mapping, length) }
}

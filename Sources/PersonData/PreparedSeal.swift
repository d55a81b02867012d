internal import CDeflate
internal import Glibc

/// The last 32 bytes of a prepared file: a checksum of all but its pixels.
///
/// HDF5 1.10 does not survive every flipped bit in its own structures. They are held against this checksum before the
/// library sees them; HDF5 itself does not look behind the end that its head states. Four little-endian words: a mark,
/// where the pixels begin, how many bytes they are, and two CRC-32: of the file's other bytes, and of the words before.
enum PreparedSeal {
    /// `jcmseal1`.
    private static let mark: UInt64 = 0x316C_6165_736D_636A
    private static let byteCount = 32

    /// Seals a closed file whose `count` bytes of pixels begin at `offset`; one that is sealed is sealed anew.
    static func write(_ path: String, offset: Int, count: Int) throws(PersonDataError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { throw .system(path, "cannot be opened for writing") }
        defer { close(descriptor) }
        var end = Int(try status(path, descriptor).st_size)
        if let words = words(descriptor, end), words[0] == mark { end -= byteCount }
        guard let sum = checksum(descriptor, end, offset, count) else { throw .system(path, "cannot be read") }
        let head = [mark, UInt64(offset), UInt64(count)]
        let all = head + [UInt64(sum) | UInt64(checksum(head + [UInt64(sum)])) << 32]
        if pwrite(descriptor, all, byteCount, off_t(end)) != byteCount
            || ftruncate(descriptor, off_t(end + byteCount)) != 0
        {
            throw .system(path, "cannot be written")
        }
    }

    /// Whether the file is sealed.
    ///
    /// Throws where it is, and was changed since.
    static func check(_ path: String) throws(PersonDataError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw .system(path, "cannot be read") }
        defer { close(descriptor) }
        let status = try status(path, descriptor)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw PersonDataError(path, "is no file, but a folder, device or pipe")
        }
        let end = Int(status.st_size) - byteCount
        guard let words = words(descriptor, end + byteCount), words[0] == mark else { return false }
        let sum = words[3] & 0xFFFF_FFFF
        guard UInt64(checksum(Array(words[..<3]) + [sum])) == words[3] >> 32, let offset = Int(exactly: words[1]),
            let count = Int(exactly: words[2]), let found = checksum(descriptor, end, offset, count),
            UInt64(found) == sum
        else {
            throw PersonDataError(
                path, "is damaged: it is not what was written (checksum); prepare the data anew with `jcm prepare`")
        }
        return true
    }

    private static func status(_ path: String, _ descriptor: Int32) throws(PersonDataError) -> stat {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .system(path, "cannot be looked at") }
        return status
    }

    private static func words(_ descriptor: Int32, _ end: Int) -> [UInt64]? {
        guard end >= byteCount else { return nil }
        var words = [UInt64](repeating: 0, count: 4)
        return pread(descriptor, &words, byteCount, off_t(end - byteCount)) == byteCount ? words : nil
    }

    private static func checksum(_ words: [UInt64]) -> UInt32 {
        words.withUnsafeBytes { UInt32(libdeflate_crc32(0, $0.baseAddress, $0.count)) }
    }

    /// Of the bytes up to `end` but `count` from `offset` on; nil where they are not as many, or cannot be read.
    private static func checksum(_ descriptor: Int32, _ end: Int, _ offset: Int, _ count: Int) -> UInt32? {
        guard offset >= 0, count >= 0, offset <= end, count <= end - offset else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var sum: UInt32 = 0
        for part in [0..<offset, (offset + count)..<end] {
            var place = part.lowerBound
            while place < part.upperBound {
                let read = pread(descriptor, &buffer, min(buffer.count, part.upperBound - place), off_t(place))
                if read == 0 || read < 0 && errno != EINTR { return nil }
                sum = libdeflate_crc32(sum, buffer, max(read, 0))
                place += max(read, 0)
            }
        }
        return sum
    }
}

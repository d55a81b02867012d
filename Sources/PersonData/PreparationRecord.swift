internal import CDeflate
internal import Glibc

/// Which pictures of a partial file are done: what a job that was killed leaves to the next one.
///
/// A file beside the partial one, `PATH.partial1.done`: a head that says of which pictures, options and layout, then 32
/// bytes for each block of rows, written after the rows. A block is believed only where its bytes have the checksum that
/// stands here, and its picture files the sizes and times: nothing depends on the order in which a disk gets what was
/// written. Whoever owns the record holds a lock on it, which ends with the process, and removes it when let go of.
final class PreparationRecord: Sendable {
    /// What must be the same for a partial file to be of use.
    struct Head: Equatable {
        /// Over all that determines the file.
        let fingerprint: UInt64
        /// Where the pixels begin.
        let offset: Int
        /// N.
        let rows: Int
        /// Bytes of a picture.
        let rowBytes: Int

        /// Rows of a block: what is written at once, and lost at most when a job is killed.
        var blockRows: Int { max(1, min(64, Self.blockBytes / rowBytes)) }

        /// So much stays in a core's second-level cache until it is written.
        private static let blockBytes = 640 << 10

        /// The number of blocks.
        var blocks: Int { (rows + blockRows - 1) / blockRows }

        /// The rows of a block.
        func rows(of block: Int) -> Range<Int> { (block * blockRows)..<min(rows, (block + 1) * blockRows) }

        fileprivate var words: [UInt64] {
            [PreparationRecord.magic, fingerprint] + [offset, rows, rowBytes, blockRows].map { UInt64($0) }
        }
    }

    /// What is known of a block that was written.
    struct Note: Equatable {
        /// CRC-32 of its bytes.
        var checksum: UInt32
        /// Bit i: picture i of the block is bad, its row is black.
        var bad: UInt64
        /// Over the sizes and times of its picture files.
        var stamp: UInt64

        fileprivate var words: [UInt64] {
            let words = [UInt64(checksum), bad, stamp]
            return words + [Fingerprint(words).value]
        }
    }

    /// `jcmprep1`.
    private static let magic: UInt64 = 0x3170_6572_706D_636A
    private static let headBytes = 64

    let path: String
    private let descriptor: Int32
    private let isOwner: Bool

    private init(_ path: String, descriptor: Int32, isOwner: Bool) {
        (self.path, self.descriptor, self.isOwner) = (path, descriptor, isOwner)
    }

    deinit {
        if isOwner { unlink(path) }
        close(descriptor)
    }

    /// The record for its owner, locked; begun where there is none.
    ///
    /// Throws where another job holds it: one that has just been killed gets `patience` tenths of a second to leave.
    static func own(_ path: String, patience: Int = 50) throws(PersonDataError) -> PreparationRecord {
        for attempt in 0... {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            if descriptor < 0 { throw .system(path, "cannot be written") }
            var (here, there) = (stat(), stat())
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                // the one before may have removed it in between
                if fstat(descriptor, &here) == 0, stat(path, &there) == 0, here.st_ino == there.st_ino {
                    return PreparationRecord(path, descriptor: descriptor, isOwner: true)
                }
            } else if errno != EWOULDBLOCK {
                // a file system without locks
                return PreparationRecord(path, descriptor: descriptor, isOwner: true)
            } else if attempt >= patience {
                close(descriptor)
                throw PersonDataError(path, "is locked: another job prepares the same file; wait for it, or end it")
            }
            close(descriptor)
            usleep(100_000)
        }
        fatalError("attempts end")
    }

    /// The record that another rank owns.
    static func join(_ path: String) throws(PersonDataError) -> PreparationRecord {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { throw .system(path, "cannot be opened for writing") }
        return PreparationRecord(path, descriptor: descriptor, isOwner: false)
    }

    /// The head; nil where there is none that is whole.
    func head() -> Head? {
        guard let words = read(7, at: 0), words[0] == Self.magic, words[6] == Fingerprint(words[..<6]).value else {
            return nil
        }
        let numbers = words[2...4].compactMap { Int(exactly: $0) }
        guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
        let head = Head(fingerprint: words[1], offset: numbers[0], rows: numbers[1], rowBytes: numbers[2])
        return head.words == Array(words[..<6]) ? head : nil
    }

    /// Forgets all that was noted, and begins anew.
    func begin(_ head: Head) throws(PersonDataError) {
        if ftruncate(descriptor, 0) != 0 { throw .system(path, "cannot be written") }
        try write(head.words + [Fingerprint(head.words).value], at: 0)
    }

    /// What was noted of a block; nil where nothing was, or not wholly.
    func note(of block: Int) -> Note? {
        guard let words = read(4, at: Self.headBytes + block * 32), words[3] == Fingerprint(words[..<3]).value,
            let checksum = UInt32(exactly: words[0])
        else { return nil }
        return Note(checksum: checksum, bad: words[1], stamp: words[2])
    }

    /// Notes that a block is in the file.
    func set(_ note: Note, of block: Int) throws(PersonDataError) {
        try write(note.words, at: Self.headBytes + block * 32)
    }

    /// CRC-32 of a block's bytes.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }

    private func read(_ count: Int, at offset: Int) -> [UInt64]? {
        var words = [UInt64](repeating: 0, count: count)
        return pread(descriptor, &words, count * 8, off_t(offset)) == count * 8 ? words : nil
    }

    private func write(_ words: [UInt64], at offset: Int) throws(PersonDataError) {
        if pwrite(descriptor, words, words.count * 8, off_t(offset)) != words.count * 8 {
            throw .system(path, "cannot be written")
        }
    }
}

internal import Glibc

/// Rows of equal size at a known place of a file, written from several threads and processes.
final class RowFile: Sendable {
    let path: String
    let offset: Int
    let rowBytes: Int
    let rows: Int
    private let descriptor: Int32

    /// Opens an existing file whose `rows` rows begin at `offset`.
    init(_ path: String, offset: Int, rowBytes: Int, rows: Int) throws(PersonDataError) {
        (self.path, self.offset, self.rowBytes, self.rows) = (path, offset, rowBytes, rows)
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { throw .system(path, "cannot be opened for writing") }
    }

    deinit { close(descriptor) }

    /// Writes row number `row`, or as many rows from there on as there are bytes for.
    func write(_ row: Int, _ bytes: UnsafeRawBufferPointer) throws(PersonDataError) {
        check(row, bytes.count)
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + row * rowBytes + done))
            if count == 0 || count < 0 && errno != EINTR { throw .system(path, "cannot be written") }
            done += max(count, 0)
        }
    }

    /// Reads row number `row`, or as many rows from there on as there is room for.
    func read(_ row: Int, into bytes: UnsafeMutableRawBufferPointer) throws(PersonDataError) {
        check(row, bytes.count)
        var done = 0
        while done < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + row * rowBytes + done))
            if count == 0 { throw PersonDataError(path, "ends before row \(row)") }
            if count < 0 && errno != EINTR { throw .system(path, "cannot be read") }
            done += max(count, 0)
        }
    }

    private func check(_ row: Int, _ count: Int) {
        precondition(
            count > 0 && count % rowBytes == 0 && row >= 0 && row + count / rowBytes <= rows,
            "\(count) bytes at row \(row) of \(rows) rows of \(rowBytes) bytes")
    }

    /// Whether the file open here is the one that is called `path`.
    func isStill(_ path: String) -> Bool {
        var (here, there) = (stat(), stat())
        return fstat(descriptor, &here) == 0 && stat(path, &there) == 0
            && here.st_ino == there.st_ino && here.st_dev == there.st_dev
    }

    /// Waits until what was written is on the disk.
    func synchronise() throws(PersonDataError) {
        if fsync(descriptor) != 0 { throw .system(path, "cannot be written to the disk") }
    }
}

extension PersonDataError {
    /// An error with the system's words for `errno`.
    static func system(_ path: String, _ what: String) -> PersonDataError {
        PersonDataError(path, "\(what): \(String(cString: strerror(errno)))")
    }
}

/// Gives `from` the name `to`, in place of what was there, and waits until the folder is on the disk.
func moveIntoPlace(_ from: String, to: String) throws(PersonDataError) {
    if rename(from, to) != 0 { throw .system(to, "cannot be put in place") }
    let parts = to.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    // not every file system can do it, and the file itself is there already
    fsync(descriptor)
    close(descriptor)
}

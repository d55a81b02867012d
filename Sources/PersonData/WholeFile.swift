internal import Glibc

/// The bytes of a file of at most `limit` bytes; `expected` (a CSV file) stands in messages.
///
/// Folders, devices and pipes are refused: reading them might never end.
func readWhole(_ path: String, atMost limit: Int, expected: String) throws(PersonDataError) -> [UInt8] {
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw .system(path, "cannot be read as \(expected)") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw PersonDataError(path, "cannot be read as \(expected): it is no file, but a folder, device or pipe")
    }
    guard status.st_size <= limit else {
        throw PersonDataError(
            path, "cannot be read as \(expected): it has \(status.st_size) bytes, at most \(limit) are expected")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var done = 0
    while done < bytes.count {
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + done, $0.count - done) }
        if count == 0 { break }
        if count < 0 && errno != EINTR { throw .system(path, "cannot be read as \(expected)") }
        done += max(count, 0)
    }
    return Array(bytes.prefix(done))
}

/// The names in a folder, sorted by their bytes; `expected` (a folder of PETA) stands in messages.
func folderNames(_ path: String, expected: String) throws(PersonDataError) -> [String] {
    guard let stream = opendir(path) else { throw .system(path, "is no \(expected) that can be read") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                String(decoding: UnsafeBufferPointer(start: bytes, count: strnlen(bytes, 256)), as: UTF8.self)
            }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Whether there is a folder of that name.
func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

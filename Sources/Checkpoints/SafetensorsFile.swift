internal import Glibc

/// A safetensors file, open for reading: its header is checked whole, its tensors are read one at a time.
public final class SafetensorsFile {
    /// The longest header that is read, in bytes; that of a ResNet-50 takes 30 thousand.
    static let longestHeader = 16 << 20

    /// The file's path.
    public let path: String

    private let descriptor: Int32
    private let dataStart: Int
    private let header: SafetensorsHeader

    /// Opens a file and checks its header: sizes, overlaps, gaps, types.
    public init(_ path: String) throws(CheckpointError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CheckpointError(path, "cannot be opened: \(String(cString: strerror(errno))); name another file")
        }
        do {
            (header, dataStart) = try Self.read(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// The tensors' names, sorted.
    public var names: [String] { header.entries.keys.sorted() }

    /// The texts that the file's maker left.
    public var metadata: [String: String] { header.metadata }

    /// A tensor's extents, as PyTorch's; nil where there is none of this name.
    public func shape(of name: String) -> [Int]? { header.entries[name]?.shape }

    /// A tensor's elements, row-major, as Float.
    ///
    /// Throws where it is missing, holds no floats, or the file is shorter than it was.
    public func values(of name: String) throws(CheckpointError) -> [Float] {
        guard let entry = header.entries[name] else { throw CheckpointError(path, "has no tensor '\(name)'") }
        guard entry.type.isRead else {
            throw CheckpointError(path, "'\(name)' holds \(entry.type.rawValue); F64, F32, F16 or BF16 is expected")
        }
        var values: [Float] = []
        values.reserveCapacity(entry.range.count / entry.type.stride)
        var buffer = [UInt8](repeating: 0, count: min(entry.range.count, 1 << 20))
        var position = entry.range.lowerBound
        while position < entry.range.upperBound {
            let count = min(buffer.count, entry.range.upperBound - position)
            try Self.fill(&buffer, count, at: dataStart + position, descriptor, path)
            buffer.withUnsafeBytes { entry.type.append(UnsafeRawBufferPointer(rebasing: $0[0..<count]), to: &values) }
            position += count
        }
        return values
    }

    private static func read(
        _ descriptor: Int32, _ path: String
    ) throws(CheckpointError) -> (SafetensorsHeader, Int) {
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(path, "is no file; name one of weights")
        }
        let size = Int(information.st_size)
        guard size >= 10 else { throw CheckpointError(path, "is \(size) bytes long: no safetensors file, or cut off") }
        var start = [UInt8](repeating: 0, count: 8)
        try fill(&start, 8, at: 0, descriptor, path)
        let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length >= 2, length <= UInt64(min(size - 8, longestHeader)) else {
            throw CheckpointError(
                path,
                "claims a header of \(length) bytes in a file of \(size): no safetensors file, or damaged; take the "
                    + "weights from where they came once more")
        }
        var text = [UInt8](repeating: 0, count: Int(length))
        try fill(&text, text.count, at: 8, descriptor, path)
        do {
            return (try SafetensorsHeader(text, dataBytes: size - 8 - text.count), 8 + text.count)
        } catch {
            throw CheckpointError(
                path,
                "has no sound safetensors header: \(error.reason); take the weights from where they came once more")
        }
    }

    private static func fill(
        _ buffer: inout [UInt8], _ count: Int, at offset: Int, _ descriptor: Int32, _ path: String
    ) throws(CheckpointError) {
        var done = 0
        while done < count {
            let got = buffer.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + done, count - done, off_t(offset + done))
            }
            guard got > 0 else {
                let reason = got == 0 ? "it is shorter than it was" : String(cString: strerror(errno))
                throw CheckpointError(path, "cannot be read at byte \(offset + done): \(reason)")
            }
            done += got
        }
    }
}

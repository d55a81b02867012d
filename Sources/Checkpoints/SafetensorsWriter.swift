internal import Glibc

/// Writes a safetensors file whole or not at all, one tensor in memory at a time.
public enum SafetensorsWriter {
    /// A tensor to come: its name and extents, as PyTorch's; its elements are float32.
    public struct Entry {
        let name: String
        let shape: [Int]

        /// A tensor's name and extents.
        public init(_ name: String, shape: [Int]) { (self.name, self.shape) = (name, shape) }

        var bytes: Int { 4 * shape.reduce(1, *) }
    }

    /// Writes `entries` in their order, each with the elements that `values` gives for it; returns the size in bytes.
    public static func write(
        _ path: String, _ entries: [Entry], metadata: [(String, String)] = [], values: (Int) throws -> [Float]
    ) throws -> Int {
        let partial = path + ".partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        var isOpen = true
        defer {
            if isOpen { close(descriptor) }
            unlink(partial)
        }
        let head = header(entries, metadata)
        try head.withUnsafeBytes { try put($0, descriptor, path) }
        var size = head.count
        for (index, entry) in entries.enumerated() {
            let elements = try values(index)
            precondition(
                4 * elements.count == entry.bytes, "\(elements.count) elements for \(entry.name) \(entry.shape)")
            try elements.withUnsafeBytes { try put($0, descriptor, path) }
            size += entry.bytes
        }
        guard fsync(descriptor) == 0 else { throw failure(path, "did not reach the disk") }
        isOpen = false
        guard close(descriptor) == 0 else { throw failure(path, "cannot be closed") }
        guard rename(partial, path) == 0 else { throw failure(path, "cannot take its name") }
        return size
    }

    /// Length and JSON; spaces at the end let the data begin at a multiple of 8.
    private static func header(_ entries: [Entry], _ metadata: [(String, String)]) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.map { "\(quoted($0.0)):\(quoted($0.1))" }
            fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for entry in entries {
            let shape = entry.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(quoted(entry.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(offset + entry.bytes)]}")
            offset += entry.bytes
        }
        var text = Array("{\(fields.joined(separator: ","))}".utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func put(
        _ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String
    ) throws(CheckpointError) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            guard count > 0 else { throw failure(path, "cannot be written") }
            done += count
        }
    }

    private static func failure(_ path: String, _ what: String) -> CheckpointError {
        CheckpointError(path, "\(what): \(String(cString: strerror(errno)))")
    }
}

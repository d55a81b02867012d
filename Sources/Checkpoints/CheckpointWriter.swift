internal import Glibc
public import HDF5
public import Tensors

/// A tensor of a checkpoint: where in the file it goes, and how its elements lie.
public struct CheckpointEntry {
    /// The path of its data set: `/parameters/cnn.conv1.weight`.
    public let path: String

    /// The values.
    public let tensor: Tensor

    /// The order of the elements where PyTorch's is another ("OHWI"), else nil.
    public let layout: String?

    /// An entry from its parts.
    public init(_ path: String, _ tensor: Tensor, layout: String? = nil) {
        (self.path, self.tensor, self.layout) = (path, tensor, layout)
    }
}

/// Writes a checkpoint whole or not at all.
///
/// Everything goes into `PATH.partial`, each data set and all attributes with a CRC-32; the file is closed, synchronised to
/// the disk and renamed, and the folder synchronised: after a power loss there is the old state or the new one.
public enum CheckpointWriter {
    /// The layout of the file; grows when an older program could not read a newer file.
    public static let formatVersion = 1

    /// Writes `entries` and the file's `attributes`, and returns the size in bytes.
    public static func write(
        _ path: String, _ entries: [CheckpointEntry], attributes: [(String, any AttributeValue)]
    ) throws(CheckpointError) -> Int {
        let partial = path + ".partial"
        do {
            try fill(partial, entries, attributes)
            try synchronise(partial)
        } catch {
            unlink(partial)
            throw CheckpointError(
                path, "cannot be written: \(error); the checkpoints before it are untouched")
        }
        guard rename(partial, path) == 0 else {
            let reason = systemWords()
            unlink(partial)
            throw CheckpointError(path, "cannot take its name: \(reason)")
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try synchronise(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder)
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    private static func fill(
        _ path: String, _ entries: [CheckpointEntry], _ attributes: [(String, any AttributeValue)]
    ) throws(HDF5Error) {
        let file = try File(creating: path)
        for entry in entries {
            let bytes = UnsafeRawBufferPointer(
                start: entry.tensor.pointer, count: entry.tensor.count * MemoryLayout<Float>.stride)
            try file.write(bytes, as: .float, shape: entry.tensor.shape.array, to: entry.path)
            try file.setAttribute("crc32", of: entry.path, to: Int64(Checksum.of(bytes)))
            if let layout = entry.layout { try file.setAttribute("layout", of: entry.path, to: layout) }
        }
        try file.setAttribute("format", to: "jcm checkpoint")
        try file.setAttribute("format_version", to: Int64(formatVersion))
        try file.setAttribute("data_sets", to: Int64(entries.count))
        for (name, value) in attributes { try file.setAttribute(name, to: value) }
        try AttributeChecksum.set(file)
        try file.close()
    }

    /// Waits until a file or a folder is on the disk.
    private static func synchronise(_ path: String) throws(CheckpointError) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw CheckpointError(path, "cannot be opened: \(systemWords())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw CheckpointError(path, "did not reach the disk: \(systemWords())")
        }
    }

    private static func systemWords() -> String { String(cString: strerror(errno)) }
}

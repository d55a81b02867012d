internal import Glibc
public import HDF5
internal import Tensors

/// A checkpoint, open for reading: its attributes have been held against their checksum, every data set is when it is
/// read.
public final class CheckpointFile {
    /// The file's path.
    public let path: String

    private let file: File

    /// Opens a checkpoint and checks what it says of itself, not yet its data.
    public init(_ path: String) throws(CheckpointError) {
        self.path = path
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw CheckpointError(path, "cannot be opened: \(String(cString: strerror(errno))); name another file")
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(path, "is no file; name one, such as the newest step-*.h5 of a run folder")
        }
        do {
            file = try File(reading: path)
        } catch {
            throw CheckpointError(
                path, "cannot be opened: \(error.reason); it is damaged or no HDF5 file, take an earlier one")
        }
        let format = try? file.attribute("format", as: String.self)
        guard format == "jcm checkpoint" else {
            throw CheckpointError(path, "is an HDF5 file, but no checkpoint of jcm")
        }
        let version: Int = try attribute("format_version")
        guard version <= CheckpointWriter.formatVersion else {
            throw CheckpointError(
                path,
                "has format \(version), this program knows up to \(CheckpointWriter.formatVersion): update jcm"
            )
        }
        do {
            try AttributeChecksum.check(file)
        } catch {
            throw CheckpointError(path, "\(error.object) \(error.reason): take an earlier one")
        }
        let (expected, found): (Int, Int) = (try attribute("data_sets"), try dataSets().count)
        guard expected == found else {
            throw CheckpointError(path, "holds \(found) of its \(expected) data sets: take an earlier one")
        }
    }

    /// An attribute of the file.
    public func attribute<Value: AttributeValue>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(CheckpointError) -> Value {
        do {
            return try file.attribute(name)
        } catch {
            throw CheckpointError(path, error.reason)
        }
    }

    /// The paths of all data sets.
    public func dataSets() throws(CheckpointError) -> [String] {
        do {
            return try file.datasets()
        } catch {
            throw CheckpointError(path, error.reason)
        }
    }

    /// Reads every data set into the tensor of its path.
    ///
    /// Names must agree both ways: all that is missing, of another shape, or (below the `owned` groups) in excess is
    /// named in one error, before anything is read.
    public func read(_ entries: [CheckpointEntry], owned groups: [String]) throws(CheckpointError) {
        let stored = Set(try dataSets())
        var problems: [String] = []
        for entry in entries {
            guard stored.contains(entry.path) else {
                problems.append("\(entry.path) is missing")
                continue
            }
            let shape = (try? file.shape(of: entry.path)) ?? []
            if shape != entry.tensor.shape.array {
                // No Shape: a damaged file may claim any number of extents.
                let found = shape.isEmpty ? "of no extents" : shape.map(String.init).joined(separator: "×")
                problems.append("\(entry.path) is \(found), expected \(entry.tensor.shape)")
            }
        }
        let wanted = Set(entries.map(\.path))
        for path in stored.sorted() where !wanted.contains(path) && groups.contains(where: path.hasPrefix) {
            problems.append("\(path) has no place in the model")
        }
        guard problems.isEmpty else {
            let rest = problems.count > 3 ? ", and \(problems.count - 3) more" : ""
            throw CheckpointError(
                path, "belongs to another model: \(problems.prefix(3).joined(separator: "; "))\(rest)")
        }
        for entry in entries { try read(entry) }
    }

    /// Reads every data set whose name and shape are those of an entry; nothing else is looked at.
    ///
    /// Returns the paths that were read, and those of the file that are of another shape, with it.
    public func readMatching(
        _ entries: [CheckpointEntry]
    ) throws(CheckpointError) -> (read: [String], otherShapes: [String]) {
        let stored = Set(try dataSets())
        var (read, otherShapes): ([String], [String]) = ([], [])
        for entry in entries where stored.contains(entry.path) {
            let shape = (try? file.shape(of: entry.path)) ?? []
            if shape == entry.tensor.shape.array {
                try self.read(entry)
                read.append(entry.path)
            } else {
                otherShapes.append("\(entry.path) (\(shape.map(String.init).joined(separator: "×")))")
            }
        }
        return (read, otherShapes)
    }

    /// The extents of a data set, and the order of its elements where it is not PyTorch's.
    public func shape(of path: String) throws(CheckpointError) -> (extents: [Int], layout: String?) {
        do throws(HDF5Error) {
            let isMarked = try file.hasAttribute("layout", of: path)
            return (try file.shape(of: path), isMarked ? try file.attribute("layout", of: path) : nil)
        } catch {
            throw CheckpointError(self.path, "\(error.object): \(error.reason); take an earlier one")
        }
    }

    /// A data set's elements, held against their checksum.
    public func values(of path: String) throws(CheckpointError) -> [Float] {
        do throws(HDF5Error) {
            let values: [Float] = try file.read(path)
            let expected = try file.attribute("crc32", of: path, as: Int64.self)
            let found = Int64(values.withUnsafeBytes { Checksum.of($0) })
            guard expected == found else {
                throw HDF5Error(
                    file: self.path, object: path, reason: "is damaged (checksum \(found), expected \(expected))")
            }
            return values
        } catch {
            throw CheckpointError(self.path, "\(error.object): \(error.reason); take an earlier one")
        }
    }

    private func read(_ entry: CheckpointEntry) throws(CheckpointError) {
        let bytes = UnsafeMutableRawBufferPointer(
            start: entry.tensor.pointer, count: entry.tensor.count * MemoryLayout<Float>.stride)
        do {
            try file.read(entry.path, into: bytes, as: .float)
            let expected = try file.attribute("crc32", of: entry.path, as: Int64.self)
            let found = Int64(Checksum.of(UnsafeRawBufferPointer(bytes)))
            guard expected == found else {
                throw CheckpointError(
                    path,
                    "\(entry.path) is damaged (checksum \(found), expected \(expected)): take an earlier one")
            }
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(path, "\(error); take an earlier one")
        }
    }
}

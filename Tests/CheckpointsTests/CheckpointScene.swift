import Foundation
import HDF5
import Tensors
import TestSupport

@testable import Checkpoints

/// A folder with one small checkpoint in it.
struct CheckpointScene {
    let folder: URL
    var path: String { folder.appending(path: "run.h5").path }

    /// Gives `body` a folder of its own.
    static func run(_ body: (CheckpointScene) throws -> Void) throws {
        try TestPaths.withTemporaryFolder { try body(CheckpointScene(folder: $0)) }
    }

    static let shapes = [
        ("/parameters/a.weight", [6, 2, 2, 3]), ("/parameters/b.bias", [17]), ("/adam/m/b.bias", [17]),
    ]

    /// Entries whose values depend on `seed`, among them numbers that only bits can tell.
    static func entries(seed: UInt64) -> [CheckpointEntry] {
        shapes.map { path, shape in
            var random = RandomStream(seed: seed, .test, index: UInt64(path.count))
            let tensor = TestTensor(shape, (0..<shape.reduce(1, *)).map { _ in random.normal() })
            for (index, value) in [-0.0, .infinity, .nan, Float.leastNonzeroMagnitude].enumerated() {
                tensor.view[index] = value
            }
            return CheckpointEntry(path, tensor.view, layout: shape.count == 4 ? "OHWI" : nil)
        }
    }

    /// Entries to read into.
    static func empty() -> [CheckpointEntry] {
        shapes.map { path, shape in CheckpointEntry(path, TestTensor(shape).view) }
    }

    @discardableResult
    func write(seed: UInt64 = 1, _ attributes: [(String, any AttributeValue)] = [("step", 7)]) throws -> Int {
        try CheckpointWriter.write(path, Self.entries(seed: seed), attributes: attributes)
    }

    /// The bits of all that is read back.
    func read() throws -> [UInt32] {
        let entries = Self.empty()
        try CheckpointFile(path).read(entries, owned: ["/parameters/", "/adam/"])
        return Self.bits(entries)
    }

    static func bits(_ entries: [CheckpointEntry]) -> [UInt32] {
        entries.flatMap { $0.tensor.array.map(\.bitPattern) }
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}

/// The line of the error that `body` throws; nil where it throws none.
func line(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

import Foundation
import TestSupport

@testable import PersonData

/// A folder for one test, removed when it is let go of.
final class Scene {
    let folder = NSTemporaryDirectory() + "/jcm-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let target = path(name)
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        // a file that is written over is flushed to the disk at once by some file systems
        try? FileManager.default.removeItem(atPath: target)
        try Data(bytes).write(to: URL(fileURLWithPath: target))
        return target
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
}

/// The file of the shared data, or nil, said aloud, where there are none.
///
/// `JCM_SHARED_DATA`, else the first folder `shared/data` beside a folder that the repository is in.
func sharedData(_ name: String) -> String? {
    var folders = ProcessInfo.processInfo.environment["JCM_SHARED_DATA"].map { [$0] } ?? []
    var parts = TestPaths.fixtures.split(separator: "/")
    while !parts.isEmpty {
        parts.removeLast()
        folders.append("/" + (parts + ["shared", "data"]).joined(separator: "/"))
    }
    for folder in folders where FileManager.default.fileExists(atPath: folder + "/" + name) {
        return folder + "/" + name
    }
    print("skipped: there is no \(name) in JCM_SHARED_DATA or in a shared/data beside the repository")
    return nil
}

/// The message of the error that `body` throws; nil where it throws none.
func message(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

/// Three attributes, one of a kind.
let smallTable = try! AttributeTable([
    PersonAttribute("gender", .named(["male", "female"])),
    PersonAttribute("hat", .binary),
    PersonAttribute("colour", .colour(["red", "green", "blue"])),
])

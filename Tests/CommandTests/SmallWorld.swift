import Foundation
import TestSupport
import Testing

/// Whether slow tests are left out: `./launch.sh test --fast`.
let isFast = ProcessInfo.processInfo.environment["JCM_FAST"] == "1"

/// A small twin, drawn and prepared once by the program under test, for the suites that run it.
enum SmallWorld {
    static let jcm = MPILauncher.product("jcm")

    /// Removed when the test process ends.
    static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "jcm-world-\(UUID().uuidString.prefix(8))")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: SmallWorld.folder) }
        return folder
    }()

    /// The twin's folder, laid out as Market-1501.
    static let twin: URL = {
        let path = folder.appending(path: "twin")
        let result = try? MPILauncher.runAlone(
            jcm,
            [
                "synthesize", path.path, "--train-identities", "20", "--test-identities", "8",
                "--pictures-per-identity", "4", "--height", "64", "--width", "48", "--distractors", "5", "--junk", "3",
                "--threads", "2",
            ])
        precondition(result?.exitCode == 0, "the twin cannot be drawn: \(result?.tail ?? "")")
        return path
    }()

    /// Its prepared file, of the tiny preset's size.
    static let prepared: URL = {
        let path = folder.appending(path: "prepared.h5")
        let result = try? MPILauncher.runAlone(
            jcm, ["prepare", twin.path, "--output", path.path, "--recipe", "tiny", "--threads", "2"])
        precondition(result?.exitCode == 0, "the twin cannot be prepared: \(result?.tail ?? "")")
        return path
    }()

    /// Arguments of a training of the tiny preset.
    static func train(_ run: URL, _ settings: [String] = [], resume: String = "auto") -> [String] {
        let changes = ["data.prepared=\(prepared.path)"] + settings
        return ["train", "tiny", "--run-folder", run.path, "--resume", resume, "--threads", "1"]
            + changes.flatMap { ["--set", $0] }
    }

    /// A folder for one run.
    static func run(_ name: String) -> URL { folder.appending(path: "\(name)-\(UUID().uuidString.prefix(6))") }

    /// The entries of a run's log.
    static func log(_ run: URL) throws -> [[String: Double]] {
        try String(contentsOf: run.appending(path: "log.jsonl"), encoding: .utf8).split(separator: "\n").map {
            let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            return object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
        }
    }

    /// The newest checkpoint of a run.
    static func newestCheckpoint(_ run: URL) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: run.path).filter { $0.hasPrefix("step-") }
        return run.appending(path: try #require(names.max()))
    }
}

internal import Checkpoints
internal import Foundation

/// A run's folder: its recipe, its log, its checkpoints and results.
public struct RunFolder: Sendable {
    /// Its path.
    public let path: String

    /// The folder at `path`.
    public init(_ path: String) { self.path = path }

    /// The resolved recipe.
    public var recipePath: String { path + "/recipe.yaml" }

    /// The log, a JSON object a line.
    public var logPath: String { path + "/log.jsonl" }

    /// What evaluation found.
    public var resultsPath: String { path + "/results.json" }

    /// The checkpoint of a step.
    public func checkpointPath(step: Int) -> String {
        let digits = String(step)
        return path + "/step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5"
    }

    /// Makes the folder, and makes sure that files can be written in it.
    public func create() throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError("run folder \(path): cannot be made; name a folder that you may write to")
        }
        let probe = path + "/.writable-\(ProcessInfo.processInfo.processIdentifier)"
        guard FileManager.default.createFile(atPath: probe, contents: Data()) else {
            throw TrainingError("run folder \(path): cannot be written to; name a folder that you may write to")
        }
        try? FileManager.default.removeItem(atPath: probe)
    }

    /// The steps of the folder's checkpoints, newest first.
    public func checkpointSteps() -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
            return Int(name.dropFirst(5).dropLast(3))
        }.sorted(by: >)
    }

    /// The newest checkpoint of a folder, or `path` itself where it names a file.
    public static func checkpoint(at path: String) throws(TrainingError) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TrainingError("\(path): no such checkpoint or run folder")
        }
        guard isFolder.boolValue else { return path }
        let folder = RunFolder(path)
        guard let newest = folder.checkpointSteps().first else {
            throw TrainingError("\(path): holds no checkpoint (step-*.h5); train first, or name another run folder")
        }
        return folder.checkpointPath(step: newest)
    }

    /// Removes all checkpoints but the newest `keep`, and what a killed process left half written.
    func prune(keep: Int) {
        for step in checkpointSteps().dropFirst(keep) {
            try? FileManager.default.removeItem(atPath: checkpointPath(step: step))
        }
        removePartials()
    }

    /// Removes what a killed process left half written.
    func removePartials() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasPrefix("step-") && name.hasSuffix(".partial") {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }
}

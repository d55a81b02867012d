internal import Foundation

/// A study's folder: a folder for each training, and the table.
///
/// ```
/// DIR/study.json           the outline of what was asked
/// DIR/trainings/NAME/      a run folder, with state.json, scores-*.json and a lock
/// DIR/table.{txt,md,csv,json,svg}
/// ```
public struct StudyFolder: Sendable {
    /// Its path.
    public let path: String

    /// The folder at `path`.
    public init(_ path: String) { self.path = path }

    /// The folder of a training.
    public func run(_ job: String) -> String { "\(path)/trainings/\(job)" }

    /// The study as it was asked for last.
    var outlinePath: String { path + "/study.json" }

    /// Makes the folders of a study, and leaves its outline.
    func create(_ study: Study) throws(StudyError) {
        do {
            try FileManager.default.createDirectory(atPath: path + "/trainings", withIntermediateDirectories: true)
        } catch {
            throw StudyError("study folder \(path): cannot be made; name a folder that you may write to")
        }
        for job in study.jobs {
            do {
                try FileManager.default.createDirectory(atPath: run(job.name), withIntermediateDirectories: true)
            } catch {
                throw StudyError("\(run(job.name)): cannot be made; name a folder that you may write to")
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(outlinePath) { try encoder.encode(study.outline) }
    }

    /// The whole study for this process, or a part of it, beside others that have parts; nil: someone has it as a whole.
    func lock(shared: Bool) throws(StudyError) -> FolderLock? { try FolderLock(path + "/lock", shared: shared) }

    /// A training for this process; nil where someone trains it.
    func lock(_ job: String) throws(StudyError) -> FolderLock? { try FolderLock(run(job) + "/lock") }

    /// How far a training is; nil where nobody has begun it.
    public func state(_ job: String) throws(StudyError) -> JobState? {
        let path = run(job) + "/state.json"
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do { return try JSONDecoder().decode(JobState.self, from: data) } catch {
            throw StudyError("\(path): is damaged; remove it, and the training goes on from its newest checkpoint")
        }
    }

    /// Leaves how far a training is; whole or not at all.
    func write(_ state: JobState, _ job: String) throws(StudyError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(run(job) + "/state.json") { try encoder.encode(state) }
    }

    /// Where the figures of a training are, under one kind of evaluation.
    func scoresPath(_ job: String, evaluation: String) -> String { "\(run(job))/scores-\(evaluation).json" }

    /// Writes a file whole or not at all.
    func write(_ path: String, _ content: () throws -> Data) throws(StudyError) {
        do { try content().write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw StudyError("\(path): cannot be written: \(error.localizedDescription)", exitCode: 1)
        }
    }
}

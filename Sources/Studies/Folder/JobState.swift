internal import Foundation

/// How far a training is, as its folder says in `state.json`.
public struct JobState: Codable, Equatable, Sendable {
    /// Where it stands; a training that nobody has begun has no file.
    public enum Stage: String, Codable, Sendable { case running, finished, failed }

    /// Where it stands. `running` without a lock on the folder: it was interrupted, and goes on from its checkpoint.
    public var stage: Stage

    /// What went wrong, in a line.
    public var message: String?

    /// The host of its first rank, and how many ranks it has.
    public var host: String, ranks: Int

    /// When it was begun for the last time, in seconds since 1970.
    public var begun: Double

    /// Seconds of training and evaluation, over all times that it was begun.
    public var seconds: Double

    /// The recipe that it trains, as YAML: one that has changed is refused.
    public var recipe: String
}

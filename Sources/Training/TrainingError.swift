public import MPI

/// A run that cannot begin or go on: one line with what, where, expected, found, and what to do.
public struct TrainingError: ExitCodeProviding, CustomStringConvertible, Sendable {
    /// The whole line.
    public let description: String

    /// What the process ends with: 2 for something given wrongly, 1 for what happened in the run.
    public let exitCode: Int32

    /// An error from its line.
    public init(_ description: String, exitCode: Int32 = 2) {
        (self.description, self.exitCode) = (description, exitCode)
    }
}

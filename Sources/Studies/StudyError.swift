public import MPI

/// Something a study cannot go on with: what, where, and what helps.
public struct StudyError: Error, Equatable, Sendable, ExitCodeProviding, CustomStringConvertible {
    /// The file, folder or setting, and what is wrong with it.
    public let description: String

    /// 2 for what was asked wrongly, 1 for what went wrong.
    public let exitCode: Int32

    init(_ description: String, exitCode: Int32 = 2) { (self.description, self.exitCode) = (description, exitCode) }
}

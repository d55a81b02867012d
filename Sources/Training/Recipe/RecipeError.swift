public import MPI

/// A recipe that cannot be used: one line with the file, the key, what was expected and what to do.
public struct RecipeError: ExitCodeProviding, CustomStringConvertible, Sendable {
    /// The whole line.
    public let description: String

    /// 2: the command was given something wrong.
    public var exitCode: Int32 { 2 }

    /// An error of `source` (a file, or `--set`).
    public init(_ source: String, _ reason: String) { description = "\(source): \(reason)" }
}

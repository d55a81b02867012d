public import MPI

/// A recipe that cannot be used: one line with the file, the key, what was expected and what to do.
public struct RecipeError: ExitCodeProviding, CustomStringConvertible, Sendable {
    /// The whole line.
    public let description: String

    /// 2: the command was given something wrong.
    public var exitCode: Int32 { 2 }

    /// An error of `source` (a file, or `--set`); what is quoted from it stays one line.
    public init(_ source: String, _ reason: String) {
        let line = "\(source): \(reason)".split(whereSeparator: \.isNewline).joined(separator: " ")
        description = line.count > 600 ? String(line.prefix(600)) + "…" : line
    }
}

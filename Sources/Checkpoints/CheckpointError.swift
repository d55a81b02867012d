/// A checkpoint that cannot be written, or must not be used: one line with the file and what to do.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
    /// The file's path.
    public let path: String

    /// What is wrong, what was expected, what to do.
    public let reason: String

    /// An error from its parts.
    public init(_ path: String, _ reason: String) { (self.path, self.reason) = (path, reason) }

    public var description: String { "checkpoint \(path): \(reason)" }
}

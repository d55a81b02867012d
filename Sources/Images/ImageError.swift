/// Why a picture could not be read or written, in one line.
public struct ImageError: Error, Equatable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) { self.description = description }
}

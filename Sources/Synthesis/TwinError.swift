/// Why a twin could not be made: one line that says what, where, expected, found and what to do.
public struct TwinError: Error, Equatable, CustomStringConvertible {
    /// The line.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) { self.description = description }
}

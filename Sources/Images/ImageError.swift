/// Why a picture cannot be read or written: one line with the file, what was expected and what was found.
public struct ImageError: Error, Equatable, CustomStringConvertible {
    /// The file's path, or another name of the picture.
    public let name: String

    /// What was expected, what was found.
    public let reason: String

    /// An error from its parts.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// `query/0001_c1s1_001051_00.jpg: bad JPEG: Premature end of JPEG file`.
    public var description: String { "\(name): \(reason)" }
}

/// What is wrong with a file or folder of person data: one line with where, what, and what to do.
public struct PersonDataError: Error, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String

    /// What was expected, what was found, what helps.
    public let reason: String

    /// An error from its parts; line breaks in a reason become spaces.
    public init(_ path: String, _ reason: String) {
        self.path = path.printable
        self.reason = String(reason.map { $0.isNewline ? " " : $0 })
    }

    /// `market.h5: is no prepared file: …`.
    public var description: String { "\(path): \(reason)" }
}

extension Collection {
    /// The first eight elements separated by blanks, and how many more there are: for messages.
    var shortList: String {
        prefix(8).map { "\($0)".printable }.joined(separator: " ") + (count > 8 ? " … (\(count) in all)" : "")
    }
}

extension String {
    /// On one line: names of files may hold line breaks and other characters that command a terminal.
    var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}

/// A number of a data set as it was found, beside the one that its publishers state.
public struct Tally: Equatable, Sendable {
    /// What was counted: `train pictures`.
    public let what: String

    /// How many there are.
    public let found: Int

    /// How many there should be; nil where nobody states it.
    public let published: Int?

    /// A tally from its parts.
    public init(_ what: String, _ found: Int, published: Int? = nil) {
        (self.what, self.found, self.published) = (what, found, published)
    }

    /// Whether the number is the published one, as far as there is one.
    public var agrees: Bool { published == nil || published == found }

    /// `train pictures: 12936, as published`.
    public var line: String {
        guard let published else { return "\(what): \(found)" }
        return "\(what): \(found), " + (agrees ? "as published" : "published are \(published)")
    }
}

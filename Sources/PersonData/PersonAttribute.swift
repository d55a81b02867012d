/// One thing that can be said about a person, and the values it takes.
public struct PersonAttribute: Hashable, Sendable {
    /// How values become tokens.
    public enum Kind: Hashable, Sendable {
        /// Yes or no: one token, when yes.
        case binary

        /// Exactly one of these values, each a token.
        case named([String])

        /// None, one or several of these values, each a token: colours, and in PETA all of which there may be several.
        case colour([String])
    }

    /// Unique in its table.
    public let name: String

    /// What values it takes.
    public let kind: Kind

    /// An attribute from its parts.
    public init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The names of its values; a yes/no attribute has the one value `yes`.
    public var values: [String] {
        switch kind {
        case .binary: ["yes"]
        case .named(let values), .colour(let values): values
        }
    }
}

extension PersonAttribute: Codable {
    private enum Key: String, CodingKey { case name, kind, values }

    /// Decodes name, kind and, where they are not implied, values.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decode(String.self, forKey: .name)
        let word = try container.decode(String.self, forKey: .kind)
        switch word {
        case "binary": kind = .binary
        case "named": kind = .named(try container.decode([String].self, forKey: .values))
        case "colour": kind = .colour(try container.decode([String].self, forKey: .values))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container,
                debugDescription: "the kind \(word) is none of binary, named, colour")
        }
    }

    /// Encodes name, kind and, where they are not implied, values.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        switch kind {
        case .binary: try container.encode("binary", forKey: .kind)
        case .named(let values):
            try container.encode("named", forKey: .kind)
            try container.encode(values, forKey: .values)
        case .colour(let values):
            try container.encode("colour", forKey: .kind)
            try container.encode(values, forKey: .values)
        }
    }
}

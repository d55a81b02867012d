internal import Tensors

/// The attributes of a data set in order, and with them the numbering of values and tokens.
///
/// Values are numbered 0 ..< V over the table, tokens 1 … K, both consecutively in table order; 0 is the blank of
/// CTC and the end of a sequence. A yes/no attribute has one value (yes) and one token, or, with `allValues`, two
/// tokens: first no, then yes. Without `allValues` V = K.
public struct AttributeTable: Hashable, Sendable {
    /// In order.
    public let attributes: [PersonAttribute]

    /// Whether *no* of a yes/no attribute is a token too.
    public let allValues: Bool

    /// V, the number of values.
    public let valueCount: Int

    /// K, the number of tokens.
    public let tokenCount: Int

    private let firstValues: [Int]
    private let firstTokens: [Int]

    /// The table of a data set without attributes, as ImageNet: V = K = 0.
    public static let none = AttributeTable(checked: [], allValues: false)

    /// A table of the given attributes.
    ///
    /// Throws where names repeat or are empty, or an attribute has no value.
    public init(_ attributes: [PersonAttribute], allValues: Bool = false) throws(PersonDataError) {
        func refuse(_ reason: String) -> PersonDataError { PersonDataError("attribute table", reason) }
        if attributes.isEmpty { throw refuse("has no attribute") }
        if let twice = Self.repeated(attributes.map(\.name)) {
            throw refuse("has two attributes named \(twice)")
        }
        for attribute in attributes {
            if attribute.name.isEmpty { throw refuse("has an attribute without a name") }
            if attribute.values.isEmpty { throw refuse("attribute \(attribute.name) has no value") }
            if attribute.values.contains("") {
                throw refuse("attribute \(attribute.name) has a value without a name")
            }
            if let twice = Self.repeated(attribute.values) {
                throw refuse("attribute \(attribute.name) has the value \(twice) twice")
            }
        }
        self.init(checked: attributes, allValues: allValues)
    }

    private init(checked attributes: [PersonAttribute], allValues: Bool) {
        self.attributes = attributes
        self.allValues = allValues
        var (value, token) = (0, 1)
        var (firstValues, firstTokens) = ([Int](), [Int]())
        for attribute in attributes {
            firstValues.append(value)
            firstTokens.append(token)
            value += attribute.values.count
            token += attribute.kind == .binary && allValues ? 2 : attribute.values.count
        }
        valueCount = value
        tokenCount = token - 1
        self.firstValues = firstValues
        self.firstTokens = firstTokens
    }

    /// The values of attribute number `attribute`.
    public func values(of attribute: Int) -> Range<Int> {
        let first = firstValues[attribute]
        return first..<(first + attributes[attribute].values.count)
    }

    /// The tokens of attribute number `attribute`: one a value, but no and yes where both are tokens.
    public func tokens(of attribute: Int) -> Range<Int> {
        firstTokens[
            attribute]..<(attribute + 1 < firstTokens.count ? firstTokens[attribute + 1] : tokenCount + 1)
    }

    /// The number of the attribute named so.
    public func index(of name: String) -> Int? { attributes.firstIndex { $0.name == name } }

    /// The names of tokens 1 … K, in order: `gender male`, `backpack`, `no hat`.
    public var tokenNames: [String] {
        attributes.flatMap { attribute in
            switch attribute.kind {
            case .binary: (allValues ? ["no \(attribute.name)"] : []) + [attribute.name]
            case .named(let values), .colour(let values): values.map { "\(attribute.name) \($0)" }
            }
        }
    }

    /// The same attributes with, or without, tokens for *no*.
    public func withAllValues(_ allValues: Bool) -> AttributeTable {
        AttributeTable(checked: attributes, allValues: allValues)
    }

    /// The table without one attribute; the rest is renumbered.
    ///
    /// Throws where there is no such attribute, or no other.
    public func without(_ name: String) throws(PersonDataError) -> AttributeTable {
        guard let index = index(of: name) else {
            throw PersonDataError(
                "attribute table",
                "has no attribute \(name) to leave out: it has \(attributes.map(\.name).shortList)")
        }
        var rest = attributes
        rest.remove(at: index)
        return try AttributeTable(rest, allValues: allValues)
    }

    /// The table with its attributes in another order: new attribute i is the present one `order[i]`.
    public func reordered(_ order: [Int]) -> AttributeTable {
        precondition(
            order.sorted() == Array(attributes.indices),
            "\(order) is no order of \(attributes.count) attributes")
        return AttributeTable(checked: order.map { attributes[$0] }, allValues: allValues)
    }

    /// The table with its attributes in an order drawn by a seed.
    public func reordered(seed: UInt64) -> AttributeTable {
        var random = RandomStream(seed: seed, .permutation)
        return reordered(random.permutation(attributes.count))
    }

    private static func repeated(_ names: [String]) -> String? {
        var seen = Set<String>()
        return names.first { !seen.insert($0).inserted }
    }
}

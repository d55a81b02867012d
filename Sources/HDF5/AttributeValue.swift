/// A value that can be an attribute: text, whole or real, one or a row of them.
public protocol AttributeValue {
    /// As it is stored.
    var stored: StoredAttribute { get }

    /// From what is stored; nil where that is of another kind.
    init?(_ stored: StoredAttribute)
}

/// An attribute as HDF5 holds it.
public enum StoredAttribute: Equatable, Sendable {
    case strings([String], isScalar: Bool)
    case integers([Int64], isScalar: Bool)
    case reals([Double], isScalar: Bool)

    /// `3 integers`, for messages.
    var kind: String {
        switch self {
        case .strings(let list, _): "\(list.count) strings"
        case .integers(let list, _): "\(list.count) integers"
        case .reals(let list, _): "\(list.count) real numbers"
        }
    }
}

extension StoredAttribute: AttributeValue {
    /// Itself: an attribute of any kind.
    public var stored: StoredAttribute { self }

    /// Whatever is stored.
    public init?(_ stored: StoredAttribute) { self = stored }
}

extension String: AttributeValue {
    /// One string.
    public var stored: StoredAttribute { .strings([self], isScalar: true) }

    /// One string.
    public init?(_ stored: StoredAttribute) {
        guard case .strings(let list, _) = stored, list.count == 1 else { return nil }
        self = list[0]
    }
}

extension Int64: AttributeValue {
    /// One integer.
    public var stored: StoredAttribute { .integers([self], isScalar: true) }

    /// One integer.
    public init?(_ stored: StoredAttribute) {
        guard case .integers(let list, _) = stored, list.count == 1 else { return nil }
        self = list[0]
    }
}

extension Int: AttributeValue {
    /// One integer.
    public var stored: StoredAttribute { Int64(self).stored }

    /// One integer.
    public init?(_ stored: StoredAttribute) {
        guard let value = Int64(stored) else { return nil }
        self = Int(value)
    }
}

extension Double: AttributeValue {
    /// One real number.
    public var stored: StoredAttribute { .reals([self], isScalar: true) }

    /// One real number, or an integer taken as one.
    public init?(_ stored: StoredAttribute) {
        switch stored {
        case .reals(let list, _) where list.count == 1: self = list[0]
        case .integers(let list, _) where list.count == 1: self = Double(list[0])
        default: return nil
        }
    }
}

extension Array: AttributeValue where Element: AttributeValue {
    /// A row.
    public var stored: StoredAttribute {
        if let list = self as? [String] { return .strings(list, isScalar: false) }
        if let list = self as? [Int64] { return .integers(list, isScalar: false) }
        if let list = self as? [Int] { return .integers(list.map { Int64($0) }, isScalar: false) }
        if let list = self as? [Double] { return .reals(list, isScalar: false) }
        preconditionFailure("an attribute is no array of \(Element.self)")
    }

    /// A row; a single value counts as a row of one.
    public init?(_ stored: StoredAttribute) {
        var list: [Element] = []
        let parts: [StoredAttribute] =
            switch stored {
            case .strings(let values, _): values.map { .strings([$0], isScalar: true) }
            case .integers(let values, _): values.map { .integers([$0], isScalar: true) }
            case .reals(let values, _): values.map { .reals([$0], isScalar: true) }
            }
        for part in parts {
            guard let element = Element(part) else { return nil }
            list.append(element)
        }
        self = list
    }
}

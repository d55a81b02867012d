internal import Foundation

/// A type that a setting can have: read from and written as one YAML value.
protocol RecipeValue: SendableMetatype {
    /// What a valid text looks like, for messages: "a whole number".
    static var expectation: String { get }

    /// The value of a YAML scalar or list, or nil.
    init?(recipeText: RecipeText)

    /// The value as YAML.
    var recipeText: String { get }
}

/// A YAML value as the recipe sees it.
enum RecipeText: Equatable {
    case scalar(String)
    case list([String])

    var shown: String {
        switch self {
        case .scalar(let text): text
        case .list(let items): "[\(items.joined(separator: ", "))]"
        }
    }
}

extension Int: RecipeValue {
    static var expectation: String { "a whole number" }
    init?(recipeText: RecipeText) {
        guard case .scalar(let text) = recipeText, let value = Int(text) else { return nil }
        self = value
    }
    var recipeText: String { String(self) }
}

extension Double: RecipeValue {
    static var expectation: String { "a number" }
    init?(recipeText: RecipeText) {
        guard case .scalar(let text) = recipeText, let value = Double(text), value.isFinite else { return nil }
        self = value
    }
    var recipeText: String { self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self) }
}

extension Float: RecipeValue {
    static var expectation: String { "a number" }
    init?(recipeText: RecipeText) {
        guard let value = Double(recipeText: recipeText) else { return nil }
        self = Float(value)
    }
    var recipeText: String { self == rounded() && abs(self) < 1e6 ? String(Int(self)) : String(self) }
}

extension Bool: RecipeValue {
    static var expectation: String { "true or false" }
    init?(recipeText: RecipeText) {
        switch recipeText {
        case .scalar("true"), .scalar("yes"), .scalar("on"): self = true
        case .scalar("false"), .scalar("no"), .scalar("off"): self = false
        default: return nil
        }
    }
    var recipeText: String { self ? "true" : "false" }
}

extension String: RecipeValue {
    static var expectation: String { "a text" }
    init?(recipeText: RecipeText) {
        guard case .scalar(let text) = recipeText else { return nil }
        self = text
    }
    var recipeText: String {
        let plain = !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
        return plain && Double(self) == nil
            ? self : "\"\(replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

extension Array: RecipeValue where Element: RecipeValue {
    static var expectation: String { "a list of which each is \(Element.expectation)" }
    init?(recipeText: RecipeText) {
        let items: [String]
        switch recipeText {
        case .list(let list): items = list
        case .scalar(let text): items = Self.items(of: text)
        }
        var values: [Element] = []
        for item in items {
            guard let value = Element(recipeText: .scalar(item)) else { return nil }
            values.append(value)
        }
        self = values
    }
    var recipeText: String { "[\(map(\.recipeText).joined(separator: ", "))]" }

    /// `--set model.blocks=1,2,3` and `[1, 2, 3]` both name a list.
    private static func items(of text: String) -> [String] {
        let inner = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        return inner.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

extension RecipeValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    static var expectation: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
    init?(recipeText: RecipeText) {
        guard case .scalar(let text) = recipeText else { return nil }
        self.init(rawValue: text)
    }
    var recipeText: String { rawValue }
}

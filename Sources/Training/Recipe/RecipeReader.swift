internal import Foundation
internal import Yams

/// Recipes from YAML files and `--set key=value`.
///
/// A file names a preset or another recipe (`base: FILE`) and changes some of its settings; keys that no setting has are
/// errors, with the nearest key as a suggestion.
public enum RecipeReader {
    /// The recipe in `path`, or the preset of that name, with `changes` ("key=value") on top.
    public static func read(_ path: String, changes: [String] = []) throws(RecipeError) -> Recipe {
        var recipe: Recipe
        if let preset = Preset(rawValue: path), !FileManager.default.fileExists(atPath: path) {
            recipe = preset.recipe
        } else {
            recipe = try read(file: path, depth: 0)
        }
        for change in changes { try apply(change, to: &recipe) }
        try RecipeCheck.check(recipe, source: path)
        return recipe
    }

    /// `recipe` with `changes` ("key=value") to settings of one section on top.
    public static func read(
        _ recipe: Recipe, changes: [String], section: String
    ) throws(RecipeError) -> Recipe {
        var result = recipe
        for change in changes {
            guard change.hasPrefix(section + ".") else {
                throw RecipeError("--set \(change)", "only settings of '\(section)' can be changed here")
            }
            try apply(change, to: &result)
        }
        try RecipeCheck.check(result, source: "--set")
        return result
    }

    /// `recipe` with the values of `settings` (key and text) that differ, and a line for each of them.
    static func adopting(
        _ settings: [(key: String, value: String)], in recipe: Recipe, source: String
    ) throws(RecipeError) -> (recipe: Recipe, changes: [String]) {
        var result = recipe
        for (key, value) in settings { try set(key, .scalar(value), in: &result, source: source) }
        try RecipeCheck.check(result, source: source)
        let changes = settings.compactMap { key, _ -> String? in
            let (old, new) = (recipe.text(of: key) ?? "", result.text(of: key) ?? "")
            return old == new ? nil : "\(key) \(new) (was \(old))"
        }
        return (result, changes)
    }

    /// A recipe from the text of a YAML document.
    public static func read(text: String, source: String) throws(RecipeError) -> Recipe {
        try read(text: text, source: source, depth: 0)
    }

    /// The most bytes of a recipe: hundreds of times what all settings take.
    private static let largestFile = 1 << 20

    private static func read(file path: String, depth: Int) throws(RecipeError) -> Recipe {
        guard depth < 8 else { throw RecipeError(path, "recipes that begin from one another: break the circle") }
        guard let file = FileHandle(forReadingAtPath: path) else {
            let presets = Preset.allCases.map(\.rawValue).joined(separator: ", ")
            throw RecipeError(path, "no such recipe; name a YAML file or one of the presets \(presets)")
        }
        guard let data = try? file.read(upToCount: largestFile + 1) ?? Data() else {
            throw RecipeError(path, "cannot be read; a recipe is a YAML file")
        }
        guard data.count <= largestFile else {
            throw RecipeError(path, "is longer than \(largestFile >> 10) KB; a recipe is a short YAML file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw RecipeError(path, "is no UTF-8 text; a recipe is a YAML file")
        }
        return try read(text: text, source: path, depth: depth)
    }

    private static func read(text: String, source: String, depth: Int) throws(RecipeError) -> Recipe {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            let line = "\(error)".split(separator: "\n").prefix(2).joined(separator: " ")
            throw RecipeError(source, "is no YAML: \(line)")
        }
        guard let root, let mapping = root.mapping else {
            throw RecipeError(source, "a recipe is a YAML mapping, such as 'preset: small'")
        }
        var settings: [(key: String, text: RecipeText)] = []
        var recipe: Recipe?
        for (key, node) in mapping {
            let name = key.string ?? ""
            if name == "preset" || name == "base" {
                guard recipe == nil else { throw RecipeError(source, "names both a preset and a base: keep one") }
                recipe = try beginning(name, node.string ?? "", source, depth)
            } else {
                try collect(node, key: name, source, into: &settings)
            }
        }
        var result = recipe ?? Preset.paper.recipe
        for (key, text) in settings { try set(key, text, in: &result, source: source) }
        return result
    }

    private static func beginning(
        _ key: String, _ value: String, _ source: String, _ depth: Int
    ) throws(RecipeError) -> Recipe {
        if key == "base" {
            let folder = (source as NSString).deletingLastPathComponent
            let path = value.hasPrefix("/") || folder.isEmpty ? value : folder + "/" + value
            return try read(file: path, depth: depth + 1)
        }
        guard let preset = Preset(rawValue: value) else {
            let presets = Preset.allCases.map(\.rawValue).joined(separator: ", ")
            throw RecipeError(source, "preset '\(value)' does not exist; one of \(presets)")
        }
        return preset.recipe
    }

    private static func collect(
        _ node: Node, key: String, _ source: String, into settings: inout [(key: String, text: RecipeText)]
    ) throws(RecipeError) {
        switch node {
        case .mapping(let mapping):
            // Keys are two words. Deeper ones, aliases of aliases among them, are not followed.
            guard !key.contains(".") else { throw unknown(key, source) }
            for (inner, value) in mapping {
                try collect(value, key: "\(key).\(inner.string ?? "")", source, into: &settings)
            }
        case .sequence(let items):
            var texts: [String] = []
            for item in items {
                guard let text = item.scalar?.string else {
                    throw RecipeError(source, "\(key): a list of single values is expected")
                }
                texts.append(text)
            }
            settings.append((key, .list(texts)))
        default:
            settings.append((key, .scalar(node.scalar?.string ?? "")))
        }
    }

    private static func apply(_ change: String, to recipe: inout Recipe) throws(RecipeError) {
        guard let equals = change.firstIndex(of: "=") else {
            throw RecipeError("--set \(change)", "expected is key=value, such as training.epochs=10")
        }
        let key = String(change[..<equals]).trimmingCharacters(in: .whitespaces)
        let value = String(change[change.index(after: equals)...]).trimmingCharacters(in: .whitespaces)
        try set(key, .scalar(value), in: &recipe, source: "--set")
    }

    private static func set(
        _ key: String, _ text: RecipeText, in recipe: inout Recipe, source: String
    ) throws(RecipeError) {
        guard let setting = RecipeSetting.all.first(where: { $0.key == key }) else {
            throw unknown(key, source)
        }
        guard setting.write(&recipe, text) else {
            throw RecipeError(source, "\(key): expected is \(setting.expectation), found '\(text.shown)'")
        }
    }

    private static func unknown(_ key: String, _ source: String) -> RecipeError {
        let shown = key.count > 80 ? String(key.prefix(80)) + "…" : key
        let near = RecipeSetting.all.map(\.key).min { distance($0, shown) < distance($1, shown) } ?? ""
        return RecipeError(source, "unknown setting '\(shown)'; did you mean '\(near)'?")
    }

    /// Levenshtein's distance; keys that end alike in another section are near.
    static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        if left.hasSuffix("." + right) || right.split(separator: ".").last == left.split(separator: ".").last {
            return 1
        }
        var row = Array(0...b.count)
        for i in 1...max(a.count, 1) where !a.isEmpty {
            var diagonal = row[0]
            row[0] = i
            for j in 1...max(b.count, 1) where !b.isEmpty {
                let change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)
                diagonal = row[j]
                row[j] = min(change, row[j] + 1, row[j - 1] + 1)
            }
        }
        return row[b.count]
    }
}

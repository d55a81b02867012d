internal import Foundation

/// The recipes of a folder.
public enum RecipeShelf {
    /// A recipe, as a list shows it.
    public struct Entry: Equatable, Sendable {
        /// The file.
        public let path: String

        /// The preset it begins from; `-` where it cannot be read.
        public let scale: String

        /// What it is for: its first line, a comment; or why it cannot be read.
        public let purpose: String
    }

    /// The recipes (*.yaml, *.yml) of a folder, by name; one that cannot be read says why.
    ///
    /// Throws where there is no such folder, or it holds no recipe.
    public static func entries(of folder: String) throws(RecipeError) -> [Entry] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw RecipeError(folder, "no such folder; name one that holds recipes (*.yaml)")
        }
        let recipes = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        if recipes.isEmpty { throw RecipeError(folder, "holds no recipe (*.yaml); name another folder") }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return recipes.map { entry(prefix + $0) }
    }

    private static func entry(_ path: String) -> Entry {
        do throws(RecipeError) {
            let recipe = try RecipeReader.read(path)
            return Entry(path: path, scale: recipe.preset.rawValue, purpose: purpose(path))
        } catch {
            return Entry(path: path, scale: "-", purpose: "cannot be used: \(error)")
        }
    }

    private static func purpose(_ path: String) -> String {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return line.hasPrefix("#") ? line.dropFirst().trimmingCharacters(in: .whitespaces) : ""
    }
}

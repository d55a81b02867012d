internal import ArgumentParser
internal import Training

/// `jcm recipe list`.
struct RecipeListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists a folder's recipes: name, scale, and what each is for.",
        discussion: "A recipe says what it is for in its first line, a comment.")

    @Argument(help: "A folder of recipes.")
    var folder = "recipes"

    func run() throws {
        let entries = try RecipeShelf.entries(of: folder)
        let width = entries.map(\.path.count).max() ?? 0
        for entry in entries {
            print("\(padded(entry.path, width + 2))\(padded(entry.scale, 8))\(entry.purpose)")
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

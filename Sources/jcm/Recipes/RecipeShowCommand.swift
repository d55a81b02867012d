internal import ArgumentParser
internal import Training

/// `jcm recipe show`.
struct RecipeShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints a recipe as YAML with every setting, and what each decides.",
        discussion: "What is printed is a recipe: it can be saved and trained.")

    @OptionGroup var recipe: RecipeOptions

    @Flag(help: "Print only what departs from the paper's recipe, with the paper's values.")
    var departures = false

    func run() throws {
        let resolved = try recipe.resolve()
        if !departures { return print(resolved.yaml, terminator: "") }
        let found = resolved.departures(from: Preset.paper.recipe)
        if found.isEmpty { print("every setting is the paper's") }
        let width = found.map { $0.key.count + $0.value.count }.max() ?? 0
        for (key, value, other) in found {
            let padding = String(repeating: " ", count: width - key.count - value.count + 2)
            print("\(key): \(value)\(padding)# paper: \(other)")
        }
    }
}

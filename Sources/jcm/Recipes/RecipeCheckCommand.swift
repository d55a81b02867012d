internal import ArgumentParser
internal import Foundation
internal import Training

/// `jcm recipe check`.
struct RecipeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks that recipes can be trained: one line each, 'ok' or what is wrong.",
        discussion: """
            Reads the recipe, builds the shapes of its model without memory for them, and looks into the prepared file where \
            there is one. Where the file that a recipe names is not there yet, K, identities and the longest sequence are \
            those of the options; one that --data names must be there.
            """)

    @Argument(help: "Recipes (YAML), or some of the presets paper, small, tiny.")
    var recipes: [String]

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Changes a setting of all; may be given several times.", valueName: "key=value"))
    var changes: [String] = []

    @Option(help: "A prepared file, instead of those that the recipes name.")
    var data: String?

    @Option(help: "Ranks that are to share the global batch.")
    var ranks = 1

    @OptionGroup var dimensions: DimensionOptions

    func validate() throws {
        if recipes.isEmpty { throw ValidationError("name at least one recipe") }
        if !(1...1 << 20).contains(ranks) { throw ValidationError("--ranks \(ranks): 1 to \(1 << 20) are possible") }
    }

    /// All recipes are checked, whatever is wrong with the first.
    func run() throws {
        var failures = 0
        for name in recipes {
            do {
                print("\(name): \(try line(of: name))")
            } catch {
                failures += 1
                FileHandle.standardError.write(Data("jcm: \(shown("\(error)", of: name))\n".utf8))
            }
        }
        if failures > 0 { throw ExitCode(2) }
    }

    private func line(of name: String) throws -> String {
        var recipe = try RecipeReader.read(name, changes: changes)
        if let data { recipe.data.prepared = data }
        let trial = try RecipeTrial(recipe, assuming: dimensions.dimensions, ranks: ranks, needsData: data != nil)
        let d = trial.dimensions
        let model = String(format: "%.2f M parameters, T = %d", Double(trial.parameters) / 1e6, recipe.model.columns)
        let labels = "K = \(d.labels), \(d.identities) identities"
        let prepared = recipe.data.prepared
        let pictures =
            trial.trainingPictures.map { "\(labels), \($0) training pictures in \(prepared)" }
            ?? "\(labels) assumed, " + (prepared.isEmpty ? "no data named" : "\(prepared) is not prepared yet")
        return "ok, \(recipe.preset.rawValue) scale, \(model), \(trial.megabytes) MB a rank; \(pictures)"
    }

    /// One line that begins with the recipe's name.
    private func shown(_ error: String, of name: String) -> String {
        let line = error.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.hasPrefix(name) ? line : "\(name): \(line)"
    }
}

internal import ArgumentParser
internal import Training

/// The recipe of a command, and changes to it.
struct RecipeOptions: ParsableArguments {
    @Argument(help: "A recipe (YAML), or one of the presets paper, small, tiny.")
    var recipe: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Changes a setting; may be given several times.", valueName: "key=value"))
    var changes: [String] = []

    /// The resolved recipe.
    func resolve() throws -> Recipe { try RecipeReader.read(recipe, changes: changes) }
}

internal import ArgumentParser

/// `jcm recipe`: which recipes there are, what they say, and whether they can be trained.
struct RecipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe",
        abstract: "Lists recipes, shows one with every setting, checks that recipes can be trained.",
        subcommands: [RecipeListCommand.self, RecipeShowCommand.self, RecipeCheckCommand.self])
}

internal import ArgumentParser
internal import Foundation
internal import MPI
internal import Training

/// `jcm train`: trains a recipe in a run folder.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a recipe, on as many ranks as mpirun starts.",
        discussion: """
            The run folder receives recipe.yaml (resolved), log.jsonl and the checkpoints. SIGUSR1, SIGTERM or Ctrl-C save and end \
            with exit code 75; the same command then goes on from there.
            """)

    @OptionGroup var recipe: RecipeOptions

    @Option(help: "The run's folder: recipe, log, checkpoints.")
    var runFolder: String

    @Option(help: "auto (from the newest sound checkpoint of the run folder), never, or a checkpoint file.")
    var resume = "auto"

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        Trainer.listenForStopSignals()
        let outcome: Trainer.Outcome = MPIRuntime.run { world in
            let recipe = try world.agree { try self.recipe.resolve() }
            let team = threads.team()
            defer { team.stop() }
            let resume: Trainer.Resume =
                switch self.resume {
                case "auto": .automatic
                case "never": .never
                default: .file(self.resume)
                }
            let trainer = try Trainer(
                recipe, folder: RunFolder(runFolder), resume: resume, world: world, team: team)
            return try trainer.run()
        }
        if outcome == .stopped { Foundation.exit(75) }
    }
}

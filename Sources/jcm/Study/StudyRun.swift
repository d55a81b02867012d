internal import ArgumentParser
internal import Foundation
internal import MPI
internal import Studies
internal import Training

/// `jcm study RECIPE --folder DIR`: trains what is not trained yet, and makes the table.
struct StudyRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Trains and evaluates every arm that is not finished; the table follows.",
        discussion: """
            Ranks are split into groups that take arms from a queue. Finished arms are not run again, interrupted ones go on from \
            their checkpoints; so the same command continues a study that was killed. SIGUSR1, SIGTERM or Ctrl-C save every arm \
            and end with exit code 75.
            """)

    @OptionGroup var study: StudyOptions

    @Option(help: "The study's folder.")
    var folder: String

    @Flag(help: "Begin failed arms again.")
    var retry = false

    @Option(help: ArgumentHelp("Only training number K, counted from 0: a task of a Slurm array.", valueName: "k"))
    var only: Int?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        Trainer.listenForStopSignals()
        let outcome: StudyRunner.Outcome = MPIRuntime.run { world in
            let study = try world.agree { try self.study.resolve() }
            try world.agree {
                if let only, !study.jobs.indices.contains(only) {
                    throw ValidationError("--only \(only): the study has trainings 0 to \(study.jobs.count - 1)")
                }
            }
            let team = threads.team()
            defer { team.stop() }
            let folder = StudyFolder(self.folder)
            let runner = StudyRunner(study, folder: folder, world: world, team: team)
            let outcome = try runner.run(retriesFailed: retry, only: only)
            try world.agree {
                guard world.rank == 0, only == nil, case .finished = outcome else { return }
                print(try StudyTable(study.outline, folder: folder).write())
            }
            return outcome
        }
        switch outcome {
        case .stopped: Foundation.exit(75)
        case .finished(let failed): if failed > 0 { Foundation.exit(1) }
        }
    }
}

internal import ArgumentParser

/// `jcm study`: many trainings that differ in something named, and the table that compares them.
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Trains the arms of a study, and compares them.",
        discussion:
            "'mpirun -n N jcm study RECIPE --folder DIR' splits the ranks into groups that take arms from a queue.",
        subcommands: [StudyRun.self, StudyStatusCommand.self, StudyPlanCommand.self, StudyTableCommand.self],
        defaultSubcommand: StudyRun.self)
}

internal import ArgumentParser
internal import Foundation
internal import MPI
internal import Studies
internal import Tensors

/// `jcm study status`: where a study stands.
struct StudyStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows where a study stands, from its folder alone: while it runs, from any node that sees it.")

    @Argument(help: "The study's folder.")
    var folder: String

    @Option(help: ArgumentHelp("Show it anew every so many seconds.", valueName: "seconds"))
    var every: Double?

    func validate() throws {
        if let every, !(every >= 0.1) { throw ValidationError("--every \(every): expected are 0.1 seconds or more") }
    }

    func run() throws {
        let folder = StudyFolder(self.folder)
        let study = try folder.outline()
        while true {
            let text = try StudyStatus(study, folder: folder, now: Date()).text
            guard let every else { return print(text) }
            print("\u{1B}[H\u{1B}[2J" + text)
            Thread.sleep(forTimeInterval: every)
        }
    }
}

/// `jcm study table`: compares what is finished.
struct StudyTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table",
        abstract: "Compares what is finished, and writes the tables and the chart into the study's folder.")

    @Argument(help: "The study's folder.")
    var folder: String

    func run() throws {
        let folder = StudyFolder(self.folder)
        print(try StudyTable(folder.outline(), folder: folder).write())
    }
}

/// `jcm study plan`: what a study will cost.
struct StudyPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Shows what a study will cost: trainings, rank-hours, disk.")

    @OptionGroup var study: StudyOptions

    @Option(help: "The folder that the study will have.")
    var folder = "."

    @Option(help: ArgumentHelp("Ranks that the job will have.", valueName: "count"))
    var ranks = 2

    @Flag(help: "Only count; do not time a step.")
    var dry = false

    @Flag(help: "Print only how many trainings there are.")
    var count = false

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        guard (1...1_000_000).contains(ranks) else { throw ValidationError("--ranks \(ranks): expected is 1 or more") }
    }

    func run() throws {
        let folder = StudyFolder(self.folder)
        MPIRuntime.run { world in
            let study = try world.agree { try self.study.resolve() }
            guard !count else {
                if world.rank == 0 { print(study.jobs.count) }
                return
            }
            let online = Foundation.ProcessInfo.processInfo.activeProcessorCount
            let team = threads.threads == nil ? WorkerTeam(max(1, online / ranks)) : threads.team()
            defer { team.stop() }
            let plan = try StudyPlan(study, folder: folder, probe: dry ? nil : world, team: dry ? nil : team)
            if world.rank == 0 { print(plan.text(ranks: ranks)) }
            try world.agree { try plan.check(folder) }
        }
    }
}

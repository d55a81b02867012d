internal import Foundation
public import MPI
public import Tensors
internal import Training

/// Runs a study on the ranks of a job: groups of ranks take trainings until none is left.
public struct StudyRunner {
    /// How a call of `run` ended.
    public enum Outcome: Equatable, Sendable {
        /// Every training is finished, or `failed` of them cannot be.
        case finished(failed: Int)

        /// A signal came; every training is saved.
        case stopped
    }

    private let study: Study
    private let folder: StudyFolder
    private let world: Communicator
    private let team: WorkerTeam
    private let clock = ContinuousClock()

    /// A runner of `study` in a folder; the same on every rank.
    public init(_ study: Study, folder: StudyFolder, world: Communicator, team: WorkerTeam) {
        (self.study, self.folder, self.world, self.team) = (study, folder, world, team)
    }

    /// Runs all trainings, or number `only` alone as a task of an array does; collective.
    ///
    /// Throws where the folder is another study's, cannot be written to, or is in use.
    public func run(retriesFailed: Bool = false, only: Int? = nil) throws -> Outcome {
        let lock = try world.agree {
            guard world.rank == 0 else { return FolderLock?.none }
            return try begin(shared: only != nil)
        }
        defer { withExtendedLifetime(lock) {} }
        let size = min(study.recipe.ranksPerArm, world.count)
        let groups = only == nil ? world.count / size : 1
        let number = world.rank / size
        let group = try world.split(color: number < groups ? number : groups, key: world.rank)
        if world.rank == 0 { describe(groups: groups, size: size) }
        let begun = clock.now
        var (busy, isStopped) = (0.0, false)
        if number < groups {
            let places = only.map { $0..<$0 + 1 }
            var queue = JobQueue(study, folder, retriesFailed: retriesFailed, only: places)
            (busy, isStopped) = try work(&queue, group)
        }
        var sums = [busy, isStopped ? 1.0 : 0]
        try world.allReduce(&sums, .sum)
        let seconds = (clock.now - begun) / .seconds(1)
        if world.rank == 0, sums[0] > 0 {
            let share = 100 * sums[0] / (seconds * Double(world.count))
            print("ranks trained or evaluated \(Int(share.rounded())) % of \(duration(seconds))")
        }
        if sums[1] > 0 { return .stopped }
        return .finished(
            failed: try world.agree { try study.jobs.count { try folder.state($0.name)?.stage == .failed } })
    }

    /// Rank 0 takes the folder, and looks whether it is this study's.
    private func begin(shared: Bool) throws -> FolderLock? {
        try folder.create(study)
        guard let lock = try folder.lock(shared: shared) else {
            throw StudyError("study folder \(folder.path): in use by another job; wait for it, or name another folder")
        }
        for job in study.jobs {
            if let state = try folder.state(job.name) { try JobQueue.check(state, job, folder) }
        }
        return lock
    }

    /// Takes trainings until none is left; returns the rank-seconds of work, and whether a signal ended it.
    private func work(_ queue: inout JobQueue, _ group: Communicator) throws -> (busy: Double, isStopped: Bool) {
        let runner = JobRunner(study: study, folder: folder, group: group, team: team)
        var busy = 0.0
        while true {
            var claim: JobQueue.Claim?
            var next = -1
            if group.rank == 0 {
                claim = Trainer.isAskedToStop ? nil : try queue.next()
                next = claim?.index ?? (Trainer.isAskedToStop ? -2 : queue.mustWait ? -3 : -1)
            }
            next = Int(try group.broadcast(Int64(next)))
            if next == -3 {
                Thread.sleep(forTimeInterval: 0.5)
                continue
            }
            guard next >= 0 else { return (busy, next == -2) }
            let job = study.jobs[next]
            let started = clock.now
            if group.rank == 0 { try record(.running, job, claim?.state, seconds: 0) }
            do {
                let outcome = try runner.run(job)
                let seconds = (clock.now - started) / .seconds(1)
                busy += seconds * (group.rank == 0 ? Double(group.count) : 0)
                if group.rank == 0 {
                    try record(outcome == .finished ? .finished : .running, job, claim?.state, seconds: seconds)
                }
                if outcome == .stopped { return (busy, true) }
            } catch let failure as CollectiveFailure {
                let seconds = (clock.now - started) / .seconds(1)
                busy += seconds * (group.rank == 0 ? Double(group.count) : 0)
                guard group.rank == 0 else { continue }
                try record(.failed, job, claim?.state, seconds: seconds, message: failure.message)
            }
            withExtendedLifetime(claim) {}
        }
    }

    /// Leaves where a training stands in its folder, and says so.
    private func record(
        _ stage: JobState.Stage, _ job: Study.Job, _ before: JobState?, seconds: Double, message: String? = nil
    ) throws {
        let state = JobState(
            stage: stage, message: message, host: world.hostname, ranks: min(study.recipe.ranksPerArm, world.count),
            begun: Date().timeIntervalSince1970 - seconds, seconds: (before?.seconds ?? 0) + seconds,
            recipe: job.recipe.yaml)
        try folder.write(state, job.name)
        let name = job.name.padding(toLength: max(job.name.count, study.longestName), withPad: " ", startingAt: 0)
        switch stage {
        case .running where seconds == 0: print("  \(name)  \(before == nil ? "begins" : "goes on")")
        case .running: print("  \(name)  stopped, saved")
        case .finished:
            print("  \(name)  finished in \(duration(seconds))  (\(try finishedCount()) of \(study.jobs.count))")
        case .failed: print("  \(name)  failed: \(message ?? "")")
        }
    }

    private func finishedCount() throws -> Int {
        try study.jobs.count { try folder.state($0.name)?.stage == .finished }
    }

    private func describe(groups: Int, size: Int) {
        let seeds = study.recipe.seeds.count
        print("  study    \(study.recipe.path): \(study.arms.count) arms × \(seeds) seed\(seeds == 1 ? "" : "s")")
        print("  folder   \(folder.path), \(study.jobs.count) trainings")
        if study.recipe.warmStart != nil {
            print("  begin    all from one training, \(Study.warmStart), which the others wait for")
        }
        print("  ranks    \(groups) group\(groups == 1 ? "" : "s") of \(size) × \(team.count) threads")
        let idle = world.count - groups * size
        if idle > 0 { print("  idle     \(idle) of \(world.count) ranks: no whole group is left for them") }
        if size < study.recipe.ranksPerArm {
            print("  note     ranks_per_arm is \(study.recipe.ranksPerArm), this job has \(world.count) ranks")
        }
    }
}

extension Study {
    /// Characters of the longest name of a training.
    var longestName: Int { jobs.map(\.name.count).max() ?? 0 }
}

/// `1:02:03`, or `2:03` below an hour.
func duration(_ seconds: Double) -> String {
    let total = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
}

internal import Checkpoints
internal import DataParallel
internal import Foundation
public import MPI
internal import Model
internal import PersonData
public import Tensors

/// Trains a recipe in a run folder on all ranks of a communicator, from the start or from where it stood.
public final class Trainer {
    /// From where a run goes on.
    public enum Resume: Equatable, Sendable {
        /// From the newest sound checkpoint of the run folder, else from the start.
        case automatic

        /// From the start; an error where the folder holds a run already.
        case never

        /// From this file.
        case file(String)

        /// The checkpoints that a run in `folder` may go on from, the newest first.
        func checkpoints(of folder: RunFolder) -> [String] {
            switch self {
            case .automatic: folder.checkpointSteps().map(folder.checkpointPath)
            case .never: []
            case .file(let path): [path]
            }
        }
    }

    /// How a call of `run` ended.
    public enum Outcome: Equatable, Sendable {
        /// All steps are done.
        case finished

        /// A signal came; the state is saved.
        case stopped
    }

    let recipe: Recipe
    let folder: RunFolder
    private let resume: Resume
    let world: Communicator
    let data: PreparedFileReader
    let step: TrainingStep
    let log: RunLog
    let totalSteps: Int
    private let schedule: Schedule
    private var state = RunState()
    private var lastSave = Date()

    /// Builds model, loader and reducer on every rank; collective. Where it does not print, the log file alone tells how
    /// the run goes.
    public init(
        _ recipe: Recipe, folder: RunFolder, resume: Resume, world: Communicator, team: WorkerTeam,
        prints: Bool = true
    ) throws {
        (self.folder, self.resume, self.world) = (folder, resume, world)
        let (recipe, adopted) = try InitialWeights.adopt(
            recipe, goingOnFrom: resume.checkpoints(of: folder), over: world)
        self.recipe = recipe
        let (data, microBatch) = try world.agree {
            let microBatch = try RecipeCheck.microBatches(recipe.training, ranks: world.count).size
            let data = try ModelFactory.open(recipe)
            try Self.check(data, recipe, ranks: world.count)
            return (data, microBatch)
        }
        self.data = data
        let model = try world.agree {
            try ModelFactory.buildTrainable(
                recipe, ModelFactory.dimensions(of: data), microBatch: microBatch, team: team)
        }
        step = try TrainingStep(recipe, model, data, world: world)
        let pictures = data.indices(of: .train).count
        totalSteps = max(
            1, Int((recipe.training.epochs * Double(pictures) / Double(recipe.training.globalBatch)).rounded(.up)))
        schedule = Schedule(settings: recipe.training, totalSteps: totalSteps, trainingPictures: pictures)
        log = RunLog(path: world.rank == 0 ? folder.logPath : nil, totalSteps: totalSteps, prints: prints)
        if !adopted.isEmpty {
            log.say("as \(recipe.training.initial) wants it: \(adopted.joined(separator: ", "))")
        }
    }

    /// From now on SIGUSR1, SIGTERM and Ctrl-C ask to stop at the next step, and no longer end the process at once.
    ///
    /// To be called before MPI begins: a signal may come while the job starts.
    public static func listenForStopSignals() { StopSignal.listen() }

    /// Whether a signal asks this rank to stop.
    public static var isAskedToStop: Bool { StopSignal.isRaised }

    /// Runs until the last step, or until a signal asks to stop; collective.
    public func run() throws -> Outcome {
        try begin()
        describe()
        var window = LogWindow()
        lastSave = Date()
        while state.step < totalSteps {
            let rate = schedule.rate(step: state.step + 1)
            let result = try step.run(step: state.step + 1, rate: rate)
            state.step += 1
            let mustStop = try exchange(result.losses, &window)
            if state.step % recipe.logEverySteps == 0 || state.step == totalSteps || mustStop {
                report(&window, rate: rate, norm: result.gradientNorm)
            }
            log.drawBar(step: state.step, secondsLeft: window.secondsLeft(steps: totalSteps - state.step))
            if state.step == totalSteps {
                state.isFinished = true
                try save()
            } else if mustStop {
                try save()
                log.say(
                    "stopped by a signal after step \(state.step) of \(totalSteps); the same command goes on from here")
                return .stopped
            } else if try isSaveDue() {
                try save()
            }
        }
        log.wipeBar()
        return .finished
    }

    /// Sums the losses over the ranks, and agrees on whether to stop: one small all-reduce.
    private func exchange(_ losses: LossParts, _ window: inout LogWindow) throws -> Bool {
        var sums = [losses.identity, losses.ctc, losses.attention, StopSignal.isRaised ? 1 : 0]
        try world.allReduce(&sums, .sum)
        var total = LossParts()
        (total.identity, total.ctc, total.attention) = (sums[0], sums[1], sums[2])
        try world.agreeQuietly(sums[0].isFinite && sums[1].isFinite && sums[2].isFinite) {
            TrainingError(
                "step \(state.step): the loss is no number (id \(sums[0]), ctc \(sums[1]), attention \(sums[2])); lower "
                    + "training.learning_rate, raise training.warmup_steps or set training.gradient_clip, and resume",
                exitCode: 1)
        }
        window.add(total)
        return sums[3] > 0
    }

    private func report(_ window: inout LogWindow, rate: Double, norm: Double?) {
        let losses = window.mean
        state.losses = losses
        var entry = RunLog.Entry(step: state.step)
        entry.epoch = Double(state.step * recipe.training.globalBatch) / Double(data.indices(of: .train).count)
        entry.losses = losses
        entry.total =
            recipe.training.lambda * losses.identity
            + recipe.training.attributeWeight * (losses.ctc + losses.attention)
        entry.rate = rate
        entry.gradientNorm = norm
        entry.picturesPerSecond = window.stepsPerSecond * Double(recipe.training.globalBatch)
        entry.secondsLeft = window.secondsLeft(steps: totalSteps - state.step)
        log.record(entry)
        window.restart()
    }

    /// Whether it is time to save: by steps on every rank alike, by the clock as rank 0 sees it.
    private func isSaveDue() throws -> Bool {
        let settings = recipe.checkpoint
        if settings.everySteps > 0 && state.step % settings.everySteps == 0 { return true }
        guard settings.everyMinutes > 0, state.step % 10 == 0 else { return false }
        let isDue = Date().timeIntervalSince(lastSave) >= settings.everyMinutes * 60
        return try world.broadcast(Int64(isDue ? 1 : 0)) == 1
    }

    /// Writes the state.
    private func save() throws {
        try step.collectState()
        try world.agree {
            guard world.rank == 0 else { return }
            let path = folder.checkpointPath(step: state.step)
            let started = Date()
            let bytes = try RunCheckpoint.write(
                path, state, recipe: recipe, table: data.table,
                trainingPictures: data.indices(of: .train).count, ranks: world.count, step: step)
            folder.prune(keep: recipe.checkpoint.keep)
            let seconds = String(format: "%.2f", Date().timeIntervalSince(started))
            log.say("saved \(path) (\(bytes >> 20) MB in \(seconds) s)")
        }
        lastSave = Date()
    }

    private func begin() throws {
        let found = try world.agree {
            guard world.rank == 0 else { return RunState() }
            let found = try restore()
            try folder.create()
            return found
        }
        state.step = Int(try world.broadcast(Int64(found.step)))
        state.isFinished = try world.broadcast(Int64(found.isFinished ? 1 : 0)) == 1
        state.losses = found.losses
        try step.replicateState()
        try world.agree {
            guard world.rank == 0 else { return }
            try Data(recipe.yaml.utf8).write(to: URL(fileURLWithPath: folder.recipePath), options: .atomic)
        }
    }

    /// Rank 0 finds the state to go on from, and reads it.
    private func restore() throws -> RunState {
        folder.removePartials()
        let steps = folder.checkpointSteps()
        switch resume {
        case .file(let path): return try read(path)
        case .never:
            if let newest = steps.first {
                throw TrainingError(
                    "run folder \(folder.path): holds a run up to step \(newest), and --resume never would lose it; name "
                        + "another folder, or remove this one")
            }
            return try start()
        case .automatic:
            for saved in steps {
                do {
                    return try read(folder.checkpointPath(step: saved))
                } catch let error as CheckpointError {
                    log.say("passed over: \(error)")
                }
            }
            guard steps.isEmpty else {
                throw TrainingError(
                    "run folder \(folder.path): none of its \(steps.count) checkpoints can be read; remove them to begin "
                        + "anew, or name a sound one with --resume FILE", exitCode: 1)
            }
            return try start()
        }
    }

    /// The state before the first step: parameters as they were drawn, or as another checkpoint has them.
    private func start() throws -> RunState {
        if !recipe.training.initial.isEmpty {
            let lines = try InitialWeights.load(recipe.training.initial, into: step.model)
            for line in lines { log.say(line) }
        }
        return RunState()
    }

    private func read(_ path: String) throws -> RunState {
        let state = try RunCheckpoint.read(
            path, recipe: recipe, table: data.table, trainingPictures: data.indices(of: .train).count, into: step)
        log.say("resumed from \(path): step \(state.step) of \(totalSteps)")
        return state
    }

    /// Throws where there are fewer training pictures than one step takes.
    static func check(_ data: PreparedFileReader, _ recipe: Recipe, ranks: Int) throws {
        let pictures = data.indices(of: .train).count
        guard pictures > 0 else {
            throw TrainingError("\(data.path): holds no training pictures (split 'train'); prepare some")
        }
        guard recipe.training.globalBatch <= pictures else {
            throw TrainingError(
                "\(data.path): \(pictures) training pictures are fewer than one step takes (training.global_batch "
                    + "\(recipe.training.globalBatch) over \(ranks) ranks); lower it, or prepare more pictures")
        }
    }
}

extension Communicator {
    /// Throws on every rank, printed by one, where `holds` is false; the value is known to be the same on all.
    fileprivate func agreeQuietly(_ holds: Bool, _ error: () -> TrainingError) throws {
        if !holds { try agree { throw error() } }
    }
}

internal import Evaluation
internal import Foundation
internal import MPI
internal import Model
internal import Tensors
internal import Training

/// Trains and evaluates one training of a study, on the ranks of a group.
struct JobRunner {
    let study: Study
    let folder: StudyFolder
    let group: Communicator
    let team: WorkerTeam

    /// How a training ended.
    enum Outcome: Equatable { case finished, stopped }

    /// Trains from where the training stood, then evaluates it for every arm that it serves; collective over the group.
    ///
    /// Throws `CollectiveFailure` on all ranks of the group where the training cannot go on.
    func run(_ job: Study.Job) throws -> Outcome {
        let run = RunFolder(folder.run(job.name))
        let recipe = try beginning(job)
        let trainer = try Trainer(recipe, folder: run, resume: .automatic, world: group, team: team, prints: false)
        guard try trainer.run() == .finished else { return .stopped }
        for settings in evaluations(of: job) { try evaluate(job, run, settings) }
        return .finished
    }

    /// The training's recipe with the checkpoint that it begins from.
    private func beginning(_ job: Study.Job) throws -> Recipe {
        guard let first = job.beginsFrom.map({ study.jobs[$0] }) else { return job.recipe }
        return try group.agree {
            let state = try folder.state(first.name)
            guard state?.stage == .finished else {
                throw StudyError(
                    "begins from \(first.name), which has failed (\(state?.message ?? "not trained yet")); mend that, and "
                        + "give the command again with --retry")
            }
            var recipe = job.recipe
            recipe.training.initial = try RunFolder.checkpoint(at: folder.run(first.name))
            return recipe
        }
    }

    /// The kinds of evaluation that the arms want of a training, each once.
    private func evaluations(of job: Study.Job) -> [EvaluationSettings] {
        var result: [EvaluationSettings] = []
        for arm in study.arms where arm.trainings.contains(where: { study.jobs[$0].name == job.name }) {
            if !result.contains(arm.evaluation) { result.append(arm.evaluation) }
        }
        return result
    }

    private func evaluate(_ job: Study.Job, _ run: RunFolder, _ settings: EvaluationSettings) throws {
        let path = folder.scoresPath(job.name, evaluation: settings.folderName)
        let description = try RunCheckpoint.describe(run.path, over: group)
        let (data, model) = try group.agree {
            let data = try ModelFactory.open(job.recipe)
            guard !data.indices(of: .query).isEmpty, !data.indices(of: .gallery).isEmpty else {
                throw StudyError("\(data.path): holds no queries or no gallery; a study compares arms on both")
            }
            return (
                data,
                try ModelFactory.build(
                    description.recipe, description.dimensions, microBatch: settings.batch, team: team)
            )
        }
        try RunCheckpoint.loadWeights(description.path, into: model, over: group)
        let evaluator = Evaluator(model, data, search: settings.search, world: group, team: team)
        var results = try evaluator.run()
        results.isLedByIdentity = settings.feature == .fc0
        results.training = description.finalLosses
        try group.agree {
            guard group.rank == 0 else { return }
            let scores = JobScores(
                results.details, isLedByIdentity: results.isLedByIdentity,
                identityLoss: description.state.losses.identity)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try folder.write(path) { try encoder.encode(scores) }
            try folder.write(run.resultsPath) { try results.json() }
        }
    }
}

extension EvaluationSettings {
    /// A word for a file's name that differs where the settings do.
    var folderName: String {
        let words = [
            "\(beamWidth)", "\(lengthPenalty)", "\(maximumTokens)", "\(eachTokenOnce)", "\(batch)",
        ].joined(separator: "-")
        // FNV-1a: the same everywhere, unlike Swift's own hashes.
        let hash = words.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(feature.rawValue)-\(String(hash, radix: 16))"
    }
}

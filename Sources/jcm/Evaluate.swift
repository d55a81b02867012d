internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import MPI
internal import Model
internal import PersonData
internal import Studies
internal import Tensors
internal import Training

/// `jcm evaluate`: attributes and re-identification of a checkpoint on queries and gallery.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Evaluates a checkpoint: attributes, re-identification, and the baselines of both.",
        discussion: """
            Prints tables and writes results.json beside the checkpoint. Instead of a checkpoint it takes features or \
            predictions that something else made, and scores them by the same protocols. A classifier (recipes/imagenet.yaml) \
            is evaluated by top-1 and top-5 on its validation pictures.
            """)

    @Argument(help: "A checkpoint, or a run folder (its newest checkpoint).")
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "HDF5 file with features [N, D], ids [N] and cameras [N] in the groups query and gallery.",
            valueName: "file"))
    var features: String?

    @Option(
        help: ArgumentHelp(
            "CSV file with the columns picture and one an attribute, or Market-1501's official .mat; needs --data.",
            valueName: "file"))
    var predictions: String?

    @Option(help: "Other prepared data than those it was trained on.")
    var data: String?

    @Option(help: "Where the figures go as JSON (default: results.json beside the checkpoint).")
    var output: String?

    @Flag(help: "Print figures after k-reciprocal re-ranking, too (default: on Market-1501 and DukeMTMC-reID).")
    var rerank = false

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Changes a setting of 'evaluation'; may be given several times.", valueName: "key=value"))
    var changes: [String] = []

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        guard [checkpoint, features, predictions].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("name a checkpoint, or --features FILE, or --predictions FILE")
        }
        if predictions != nil, data == nil {
            throw ValidationError("--predictions needs the prepared data with the labels: --data FILE")
        }
    }

    func run() throws {
        MPIRuntime.run { world in
            let team = threads.team()
            defer { team.stop() }
            if let features { return try evaluate(features: features, world, team) }
            if let predictions, let data { return try evaluate(predictions: predictions, of: data, world) }
            guard let checkpoint else { return }
            let description = try RunCheckpoint.describe(checkpoint, over: world)
            let recipe = try world.agree { try changed(description.recipe) }
            if recipe.model.form == .classifier {
                return try ClassifierEvaluation(description: description, world: world, team: team).run(
                    recipe, output: resultsPath(description.path))
            }
            let prepared = try world.agree { try open(recipe, description) }
            let evaluation = recipe.evaluation
            let model = try world.agree {
                try ModelFactory.build(
                    description.recipe, description.dimensions, microBatch: evaluation.batch, team: team)
            }
            try RunCheckpoint.loadWeights(description.path, into: model, over: world)
            let progress = ProgressLine("evaluating", unit: "pictures of this rank")
            let evaluator = Evaluator(
                model, prepared, search: evaluation.search, world: world, team: team)
            let isReranked = rerank || evaluation.reranks(prepared.provenance.source)
            var results = try evaluator.run(reranking: isReranked ? evaluation.reranking : nil) {
                progress.show($0, of: $1)
            }
            progress.end()
            results.training = description.finalLosses
            results.isLedByIdentity = evaluation.feature == .fc0
            let configuration = description.recipe.model
            results.facts = [
                "checkpoint": description.path, "data": prepared.path,
                "columnWidth": String(configuration.columns * configuration.columnChannels),
                "identityWidth": String(configuration.identityWidth),
            ]
            try world.agree { if world.rank == 0 { try write(results, beside: description.path) } }
        }
    }

    /// The checkpoint's recipe with what this command changes.
    private func changed(_ trained: Recipe) throws -> Recipe {
        var recipe = try RecipeReader.read(trained, changes: changes, section: "evaluation")
        if let data { recipe.data.prepared = data }
        return recipe
    }

    private func resultsPath(_ checkpoint: String) -> String {
        output ?? (checkpoint as NSString).deletingLastPathComponent + "/results.json"
    }

    private func open(_ recipe: Recipe, _ description: RunCheckpoint.Description) throws -> PreparedFileReader {
        let prepared = try ModelFactory.open(recipe)
        guard prepared.table == description.table else {
            throw TrainingError(
                "\(prepared.path): has another attribute table than the model (\(prepared.table.tokenCount) labels, the "
                    + "model has \(description.table.tokenCount)); prepare the data with the same attributes")
        }
        if prepared.indices(of: .gallery).isEmpty {
            throw TrainingError(
                "\(prepared.path): holds no gallery pictures, on which attributes are scored; prepare some")
        }
        return prepared
    }

    private func write(_ results: EvaluationResults, beside checkpoint: String) throws {
        print(results.table)
        for (loss, limit) in [(results.training["identityLoss"], results.training["untrainedIdentityLoss"])] {
            guard let loss, let limit else { continue }
            let verdict =
                loss < 0.9 * limit ? "the identity head has learned" : "the identity head is dead or untrained"
            print(String(format: "last identity loss %.3f, untrained %.3f: ", loss, limit) + verdict)
        }
        try save(try results.json(), to: resultsPath(checkpoint))
    }

    /// Writes figures, and says where.
    func save(_ figures: Data, to path: String) throws {
        do {
            try figures.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw TrainingError("\(path): the results cannot be written; name another file with --output", exitCode: 1)
        }
        print("figures: \(path)")
    }
}

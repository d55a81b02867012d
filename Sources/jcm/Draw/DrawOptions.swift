internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Model
internal import PersonData
internal import Reports
internal import Tensors
internal import Training

/// What every drawing needs: a model, and a file to draw into.
struct DrawOptions: ParsableArguments {
    @Argument(help: "A checkpoint, or a run folder (its newest checkpoint).")
    var checkpoint: String

    @Option(help: "The SVG file to write.")
    var output: String

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        guard output.lowercased().hasSuffix(".svg") else {
            throw ValidationError("--output \(output): SVG is what is drawn, name a file that ends in .svg")
        }
    }

    /// Writes the file whole or not at all.
    func write(_ drawing: Drawing) throws {
        do {
            try Data(drawing.svg.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw TrainingError(
                "\(output): the drawing cannot be written; name another file with --output",
                exitCode: 1)
        }
        print("drawn: \(output)")
    }

    /// Refuses a place where no file can be, before the work is done.
    func checkOutput() throws(TrainingError) {
        var isFolder: ObjCBool = false
        let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
        if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder.boolValue {
            throw TrainingError("\(output): is a folder; name a file with --output")
        }
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw TrainingError("\(output): there is no folder \(folder); make it, or name another file with --output")
        }
    }

    /// The checkpoint's description, and its model for batches of up to `batch` pictures.
    func model(batch: Int, team: WorkerTeam) throws -> (description: RunCheckpoint.Description, model: JCM) {
        try checkOutput()
        let description = try RunCheckpoint.describe(RunFolder.checkpoint(at: checkpoint))
        let model = try ModelFactory.build(
            description.recipe, description.dimensions, microBatch: min(batch, description.recipe.evaluation.batch),
            team: team)
        try RunCheckpoint.loadWeights(description.path, into: model)
        return (description, model)
    }
}

/// What drawings of the test pictures need beside it.
struct SurveyOptions: ParsableArguments {
    @OptionGroup var drawing: DrawOptions

    @Option(help: "Other prepared data than those it was trained on.")
    var data: String?

    /// Opens model and data, and hands a survey of them to `body`, which `ranks` the gallery for queries, or reads it alone.
    func run(
        ranks: Bool = true, _ body: (PictureSurvey, PreparedFileReader, RunCheckpoint.Description) throws -> Drawing
    ) throws {
        let team = drawing.threads.team()
        defer { team.stop() }
        try drawing.checkOutput()
        var recipe = try RunCheckpoint.describe(RunFolder.checkpoint(at: drawing.checkpoint)).recipe
        if let data { recipe.data.prepared = data }
        let prepared = try ModelFactory.open(recipe)
        let (description, model) = try drawing.model(batch: .max, team: team)
        guard prepared.table == description.table else {
            throw TrainingError(
                "\(prepared.path): has another attribute table than the model (\(prepared.table.tokenCount) labels, the "
                    + "model has \(description.table.tokenCount)); prepare the data with the same attributes")
        }
        let counts = [DataSplit.query, .gallery].map { prepared.indices(of: $0).count }
        guard counts[0] > 0 || !ranks, counts[1] > 0 else {
            throw TrainingError(
                "\(prepared.path): holds \(counts[0]) queries and \(counts[1]) gallery pictures; "
                    + (ranks ? "both are needed, prepare some" : "some of these are needed, prepare them"))
        }
        let survey = PictureSurvey(model, prepared, search: recipe.evaluation.search, team: team)
        try drawing.write(try body(survey, prepared, description))
    }
}

/// What pictures are compared by, as it is named on the command line.
enum FeatureName: String, CaseIterable, ExpressibleByArgument {
    case columns, fc0, pixels

    var feature: PictureSurvey.Feature {
        switch self {
        case .columns: .columns
        case .fc0: .fc0
        case .pixels: .pixels
        }
    }

    /// The feature in words.
    var title: String {
        switch self {
        case .columns: "columns (CNN feature)"
        case .fc0: "FC0"
        case .pixels: "raw pixels 16×8"
        }
    }
}

extension EvaluationSettings {
    /// The feature whose figures lead.
    var leadingFeature: FeatureName { feature == .fc0 ? .fc0 : .columns }
}

internal import ArgumentParser
internal import Foundation
internal import Layers
internal import Model
internal import Tensors
internal import Training

/// What every subcommand of `jcm benchmark` takes.
struct BenchmarkOptions: ParsableArguments {
    @Option(
        name: [.customLong("runs"), .customLong("steps")],
        help: ArgumentHelp("Measured runs after a warm-up; the median counts.", valueName: "count"))
    var runs = 5

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        try Self.check("--runs or --steps", runs, most: 10_000)
    }

    /// Throws where an option is not in 1...`most`.
    static func check(_ option: String, _ value: Int, most: Int) throws {
        if !(1...most).contains(value) { throw ValidationError("\(option) \(value): 1 to \(most) are possible") }
    }

    /// Throws where an option asks for more memory than the machine has; for `run`, since the parser reads what `validate`
    /// throws as wrong words.
    static func checkMemory(_ bytes: Int, of option: String) throws {
        let present = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        if bytes > present {
            throw TrainingError("\(option) takes \(bytes >> 20) MB, this machine has \(present >> 20) MB")
        }
    }

    /// Calls `body` with the team, on rank 0 alone.
    func measure(_ body: (WorkerTeam) throws -> Void) rethrows {
        guard (ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] ?? "0") == "0" else { return }
        let team = threads.team()
        defer { team.stop() }
        try body(team)
    }

    /// Measures `items` one after another, with a line that counts them on a terminal.
    func each<Item, Row>(_ items: [Item], _ unit: String, _ body: (Item) -> Row) -> [Row] {
        let progress = ProgressLine("measuring", unit: unit)
        defer { if !json { progress.end() } }
        return items.enumerated().map { index, item in
            if !json { progress.show(index + 1, of: items.count) }
            return body(item)
        }
    }

    /// Prints `value` as a JSON object on one line, its keys sorted.
    func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Whose sizes are measured.
struct BenchmarkModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The model: paper, small, tiny, or a recipe (YAML).", valueName: "recipe"))
    var preset = "paper"

    @Option(help: ArgumentHelp("Pictures of a pass.", valueName: "count"))
    var microBatch = 8

    @Option(help: ArgumentHelp("Labels of each sequence; the decoder takes one more.", valueName: "count"))
    var sequenceLength = 11

    /// K and the training identities of Market-1501.
    static let labels = 35, identities = 751

    func validate() throws {
        try BenchmarkOptions.check("--micro-batch", microBatch, most: 4096)
        try BenchmarkOptions.check("--sequence-length", sequenceLength, most: 8192)
    }

    /// The recipe; its model must be able to read such sequences, and fit into memory with `bytes` a parameter.
    func recipe(bytes: Int = 8) throws -> Recipe {
        let recipe = try RecipeReader.read(preset)
        let columns = recipe.model.columns
        if sequenceLength > columns {
            throw TrainingError("--sequence-length \(sequenceLength): the model reads \(columns) columns")
        }
        try Self.checkMemory(recipe, pictures: microBatch, sequenceLength, bytes, of: "--micro-batch \(microBatch)")
        return recipe
    }

    /// Throws where a model takes more memory than the machine has, with `bytes` a parameter.
    static func checkMemory(
        _ recipe: Recipe, pictures: Int, _ sequenceLength: Int, _ bytes: Int, of option: String
    ) throws {
        let dimensions = ModelDimensions(labels: labels, identities: identities, longestSequence: sequenceLength)
        let context = JCM(recipe.model, dimensions, LayerContext(microBatch: pictures, team: .solo)).context
        try BenchmarkOptions.checkMemory(
            bytes * context.parameters.bufferCount + context.activations.bytes, of: option)
    }
}

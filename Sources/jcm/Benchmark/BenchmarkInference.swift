internal import ArgumentParser
internal import Benchmarks
internal import Training

/// `jcm benchmark inference`.
struct BenchmarkInference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inference", abstract: "Features, CTC posteriors and decoder logits of a batch, as in evaluation.")

    @Option(help: ArgumentHelp("The model: paper, small, tiny, or a recipe (YAML).", valueName: "recipe"))
    var preset = "paper"

    @Option(help: ArgumentHelp("Pictures of a batch.", valueName: "count"))
    var batch = 32

    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let secondsPerBatch: Double, spread: Double, picturesPerSecond: Double, peakGiB: Double
        let preset: String
        let batch: Int
        let machine: Machine
    }

    func validate() throws {
        try BenchmarkOptions.check("--batch", batch, most: 4096)
    }

    func run() throws {
        let recipe = try RecipeReader.read(preset)
        try BenchmarkModelOptions.checkMemory(recipe, pictures: batch, 11, 8, of: "--batch \(batch)")
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let benchmark = InferenceBenchmark(
                recipe.model, labels: BenchmarkModelOptions.labels, identities: BenchmarkModelOptions.identities,
                sequenceLength: 11, batch: batch, team: team)
            let timing = Timing.measure(runs: options.runs, warmUps: StepBenchmark.warmUps) { benchmark.run() }
            let report = Report(
                secondsPerBatch: timing.median, spread: timing.spread,
                picturesPerSecond: Double(batch) / timing.median,
                peakGiB: Figures.gibibytes(ProcessMemory.peakBytes), preset: preset, batch: batch, machine: machine)
            if options.json { return try options.printJSON(report) }
            print(machine.description + "\n")
            var table = TextTable(["inference", "batch", "median s", "spread %", "pictures/s", "peak GiB"])
            table.add([
                preset, "\(batch)", Figures.fixed(report.secondsPerBatch, 4), Figures.percent(report.spread),
                Figures.fixed(report.picturesPerSecond), Figures.fixed(report.peakGiB, 2),
            ])
            print(table.text)
        }
    }
}

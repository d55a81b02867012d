internal import ArgumentParser
internal import Benchmarks

/// `jcm benchmark step`.
struct BenchmarkStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "A training step of this process alone: forward, losses, backward, Adam.",
        discussion: """
            --part cnn measures forward and backward of the backbone alone.
            docs/benchmarks/pytorch_twin.py runs the same step in PyTorch.
            """)

    @Option(help: ArgumentHelp("all, or cnn.", valueName: "part"), transform: StepBenchmark.Part.init(option:))
    var part = StepBenchmark.Part.all

    @Flag(help: "Also show where the time goes, layer by layer.")
    var profile = false

    @OptionGroup var model: BenchmarkModelOptions
    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let secondsPerStep: Double, spread: Double, fastest: Double
        let steps: Int
        let picturesPerSecond: Double
        let gflops: Double, percentOfPeak: Double, peakGiB: Double
        let preset: String, part: String
        let microBatch: Int, sequenceLength: Int
        let machine: Machine
        let profile: StepProfile?
    }

    func run() throws {
        let recipe = try model.recipe(bytes: part == .all ? 16 : 8)
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let step = StepBenchmark(
                recipe.model, labels: BenchmarkModelOptions.labels, identities: BenchmarkModelOptions.identities,
                sequenceLength: model.sequenceLength, microBatch: model.microBatch, part: part, team: team)
            let (timing, profile) = step.measure(runs: options.runs, profiled: profile)
            let gflops = timing.gigaRate(step.operations)
            let report = Report(
                secondsPerStep: timing.median, spread: timing.spread, fastest: timing.fastest,
                steps: timing.seconds.count,
                picturesPerSecond: Double(model.microBatch) / timing.median, gflops: gflops,
                percentOfPeak: machine.percentOfPeak(gflops), peakGiB: Figures.gibibytes(step.memory.peakResident),
                preset: model.preset, part: part.rawValue, microBatch: model.microBatch,
                sequenceLength: model.sequenceLength, machine: machine, profile: profile)
            if options.json { return try options.printJSON(report) }
            show(report)
        }
    }

    private func show(_ report: Report) {
        print(report.machine.description + "\n")
        var table = TextTable([
            "step", "micro-batch", "steps", "median s", "spread %", "pictures/s", "GFLOP/s", "% of peak", "peak GiB",
        ])
        table.add([
            report.part == "all" ? report.preset : "\(report.preset), \(report.part)", "\(report.microBatch)",
            "\(report.steps)", Figures.fixed(report.secondsPerStep, report.secondsPerStep < 1 ? 4 : 3),
            Figures.percent(report.spread), Figures.fixed(report.picturesPerSecond, 2), Figures.fixed(report.gflops),
            Figures.fixed(report.percentOfPeak), Figures.fixed(report.peakGiB, 2),
        ])
        print(table.text)
        guard let profile = report.profile else { return }
        print("\n" + text(profile.layers, "layer", report.machine))
        print("\n" + text(profile.parts, "part", report.machine))
        print("\nrest: residual sums, positions, clearing of gradients")
    }

    private func text(_ rows: [StepProfile.Row], _ title: String, _ machine: Machine) -> String {
        func time(_ seconds: Double) -> String { seconds > 0 ? Figures.fixed(1000 * seconds, 2) : "" }
        var table = TextTable([title, "forward ms", "backward ms", "all ms", "share %", "GFLOP/s", "% of peak"])
        for row in rows {
            table.add(
                [row.name, time(row.forward), time(row.backward), time(row.total), Figures.percent(row.share)]
                    + (row.gflops > 0
                        ? [Figures.fixed(row.gflops), Figures.fixed(machine.percentOfPeak(row.gflops), 0)] : []))
        }
        return table.text
    }
}

extension StepBenchmark.Part {
    fileprivate init(option: String) throws {
        guard let part = Self(rawValue: option) else {
            throw ValidationError("it is \(Self.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        self = part
    }
}

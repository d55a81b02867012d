internal import ArgumentParser
internal import Benchmarks

/// `jcm benchmark convolution`.
struct BenchmarkConvolution: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convolution",
        abstract: "Each convolution of the backbone, forward and backward, by every method that can compute it.",
        discussion: """
            Backward makes the gradients of weights and input; of the stem, that of the weights alone.
            GFLOP/s count a direct convolution, whatever the method.
            """)

    @Option(help: ArgumentHelp("Only shapes with TEXT in their name, such as '3×3' or '512→'.", valueName: "text"))
    var only: String?

    @OptionGroup var model: BenchmarkModelOptions
    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let machine: Machine
        let convolutions: [ConvolutionBenchmark.Row]
        let forwardSeconds: Double, backwardSeconds: Double
    }

    func run() throws {
        let cases = ConvolutionBenchmark.cases(try model.recipe().model).filter { only.map($0.name.contains) ?? true }
        if cases.isEmpty { throw ValidationError("--only \(only ?? ""): no shape has that in its name") }
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let groups = options.each(cases, "shapes") {
                ConvolutionBenchmark.run($0, microBatch: model.microBatch, runs: options.runs, team: team)
            }
            let sums = [\PassTiming.forward, \.backward].map { pass in
                groups.reduce(0) { $0 + ($1.map { Double($0.layers) * $0.passes[keyPath: pass].median }.min() ?? 0) }
            }
            if options.json {
                return try options.printJSON(
                    Report(
                        machine: machine, convolutions: groups.flatMap { $0 }, forwardSeconds: sums[0],
                        backwardSeconds: sums[1]))
            }
            print(machine.description + "\n")
            print(table(groups.flatMap { $0 }, machine))
            print(
                "\nall layers of these shapes, each by its faster method: forward \(Figures.milliseconds(sums[0])) ms, "
                    + "backward \(Figures.milliseconds(sums[1])) ms at micro-batch \(model.microBatch)")
        }
    }

    private func table(_ rows: [ConvolutionBenchmark.Row], _ machine: Machine) -> String {
        var table = TextTable(
            [
                "shape", "method", "layers", "forward ms", "spread %", "GFLOP/s", "% of peak", "backward ms",
                "spread %",
                "GFLOP/s", "% of peak",
            ], words: 2)
        for row in rows {
            table.add(
                [row.passes.name, row.method, "\(row.layers)"]
                    + Figures.pass(row.passes.forward, row.passes.forwardGflops, machine)
                    + Figures.pass(row.passes.backward, row.passes.backwardGflops, machine))
        }
        return table.text
    }
}

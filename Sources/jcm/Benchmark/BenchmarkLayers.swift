internal import ArgumentParser
internal import Benchmarks

/// Measures layers and prints them: what `lstm` and `attention` share.
struct BenchmarkLayers {
    let model: BenchmarkModelOptions
    let options: BenchmarkOptions

    private struct Report: Encodable {
        let machine: Machine
        let layers: [PassTiming]
    }

    func run(_ body: (LayerBenchmark) -> [PassTiming]) throws {
        let configuration = try model.recipe().model
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let rows = body(
                LayerBenchmark(
                    configuration, microBatch: model.microBatch, sequenceLength: model.sequenceLength,
                    runs: options.runs, team: team))
            if options.json { return try options.printJSON(Report(machine: machine, layers: rows)) }
            print(machine.description + "\n")
            var table = TextTable([
                "layer", "forward ms", "spread %", "GFLOP/s", "% of peak", "backward ms", "spread %", "GFLOP/s",
                "% of peak",
            ])
            for row in rows {
                table.add(
                    [row.name] + Figures.pass(row.forward, row.forwardGflops, machine)
                        + Figures.pass(row.backward, row.backwardGflops, machine))
            }
            print(table.text)
        }
    }
}

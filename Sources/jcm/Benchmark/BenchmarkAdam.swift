internal import ArgumentParser
internal import Benchmarks

/// `jcm benchmark adam`.
struct BenchmarkAdam: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adam",
        abstract: "Adam's update beside the machine's streaming bandwidth.",
        discussion: """
            Streaming is a pass over the same arrays with the same traffic, 4 reads and 3 writes (28 bytes) a parameter,
            and next to no arithmetic; both are run in turn. The copy reads and writes 8 bytes an element.
            Takes 16 bytes of memory a parameter.
            """)

    @Option(help: ArgumentHelp("Parameters to update (default: the paper's).", valueName: "count"))
    var parameters = AdamBenchmark.paperParameters

    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let machine: Machine
        let adam: AdamBenchmark
        let bandwidth: Bandwidth
    }

    func validate() throws {
        try BenchmarkOptions.check("--parameters", parameters, most: 1 << 40)
    }

    func run() throws {
        try BenchmarkOptions.checkMemory(16 * parameters, of: "--parameters \(parameters)")
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let adam = AdamBenchmark.run(parameters: parameters, runs: options.runs, team: team)
            let bandwidth = Bandwidth.measure(team: team, runs: options.runs)
            if options.json {
                return try options.printJSON(Report(machine: machine, adam: adam, bandwidth: bandwidth))
            }
            print(machine.description + "\n")
            var table = TextTable(["\(adam.parameters) parameters", "ms", "spread %", "GB/s", "% of streaming"])
            let rows = [
                ("Adam", adam.update, adam.gigabytesPerSecond, adam.percentOfStreaming),
                ("streaming, 4 reads 3 writes", adam.stream, adam.streamingGigabytesPerSecond, 100),
            ]
            for (name, timing, rate, percent) in rows {
                table.add([
                    name, Figures.milliseconds(timing.median), Figures.percent(timing.spread), Figures.fixed(rate),
                    Figures.fixed(percent),
                ])
            }
            table.add(["streaming, arrays of 256 MB", "", "", Figures.fixed(bandwidth.streaming)])
            table.add(["copy, arrays of 256 MB", "", "", Figures.fixed(bandwidth.copy)])
            print(table.text)
        }
    }
}

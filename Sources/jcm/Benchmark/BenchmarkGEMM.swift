internal import ArgumentParser
internal import Benchmarks

/// `jcm benchmark gemm`.
struct BenchmarkGEMM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemm",
        abstract: "Matrix products of the paper's model at micro-batch 8: register tiles beside OpenBLAS.",
        discussion: """
            GFLOP/s count each product in full; deep and wide ones are made of seven \
            halves instead of eight, which may give more than the peak.
            """)

    @Option(help: ArgumentHelp("Only products with TEXT in their name, such as 'FC0' or 'weight'.", valueName: "text"))
    var only: String?

    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let machine: Machine
        let products: [ProductBenchmark.Row]
    }

    func run() throws {
        let shapes = ProductBenchmark.shapes.filter { only.map($0.name.contains) ?? true }
        if shapes.isEmpty { throw ValidationError("--only \(only ?? ""): no product has that in its name") }
        try options.measure { team in
            let machine = Machine.measure(team: team)
            let rows = options.each(shapes, "products") { ProductBenchmark.run($0, runs: options.runs, team: team) }
            if options.json { return try options.printJSON(Report(machine: machine, products: rows)) }
            print(machine.description + "\n")
            var table = TextTable([
                "product", "M×N×K", "tiles ms", "spread %", "GFLOP/s", "% of peak", "OpenBLAS ms", "GFLOP/s", "ratio",
            ])
            for row in rows {
                table.add(
                    [row.name, "\(row.m)×\(row.n)×\(row.k)"] + Figures.pass(row.tiles, row.tilesGflops, machine)
                        + [
                            Figures.milliseconds(row.blas.median), Figures.fixed(row.blasGflops),
                            Figures.fixed(row.blas.median / row.tiles.median, 2),
                        ])
            }
            print(table.text + "\n\nratio: OpenBLAS's time over the tiles'")
        }
    }
}

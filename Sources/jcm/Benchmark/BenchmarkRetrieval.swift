internal import ArgumentParser
internal import Benchmarks
internal import Foundation
internal import MPI
internal import Tensors

/// `jcm benchmark retrieval`.
struct BenchmarkRetrieval: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrieval", abstract: "CMC, mAP and re-ranking of random features of Market-1501's size.",
        discussion: """
            Under mpirun all ranks take part: seconds are the slowest rank's, memory is the sum of all ranks' peaks, \
            features and MPI among it. GiB are 2³⁰ bytes; CPU s count waiting for other ranks, too. Runs once: --runs has nothing to repeat.
            """)

    @Option(help: ArgumentHelp("Query pictures.", valueName: "count"))
    var queries = 3368

    @Option(help: ArgumentHelp("Gallery pictures.", valueName: "count"))
    var gallery = 19_732

    @Option(help: ArgumentHelp("Numbers of a feature; JCM's own have 57344.", valueName: "count"))
    var width = 2048

    @Flag(help: "Leave re-ranking out.")
    var plain = false

    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let size: RetrievalBenchmark.Size
        let ranks: Int
        let featuresGiB: Double
        let ranking: RetrievalBenchmark.Measurement
        let reranking: RetrievalBenchmark.Measurement?
        let machine: Machine
    }

    func validate() throws {
        try BenchmarkOptions.check("--queries", queries, most: 1 << 24)
        try BenchmarkOptions.check("--gallery", gallery, most: 1 << 24)
        try BenchmarkOptions.check("--width", width, most: 1 << 20)
    }

    func run() throws {
        let size = RetrievalBenchmark.Size(queries: queries, gallery: gallery, width: width)
        try BenchmarkOptions.checkMemory(size.bytes, of: "--width \(width) of \(queries + gallery) features")
        MPIRuntime.run { world in
            let team = options.threads.team()
            defer { team.stop() }
            let machine = Machine.measure(team: team)
            let benchmark = RetrievalBenchmark(size, world: world, team: team)
            let ranking = try benchmark.rank()
            let report = Report(
                size: size, ranks: world.count, featuresGiB: Figures.gibibytes(size.bytes), ranking: ranking,
                reranking: plain ? nil : try benchmark.rerank(), machine: machine)
            try world.agree { if world.rank == 0 { try show(report) } }
        }
    }

    private func show(_ report: Report) throws {
        if options.json { return try options.printJSON(report) }
        let ranks = "\(report.ranks) rank\(report.ranks == 1 ? "" : "s")"
        print("\(report.machine.description) of each of \(ranks)")
        print(
            "\(queries) queries × \(gallery) gallery pictures, width \(width): features of "
                + "\(Figures.fixed(report.featuresGiB, 2)) GiB\n")
        var table = TextTable(["retrieval", "seconds", "CPU s, all ranks", "peak GiB, all ranks", "rank-1 %", "mAP %"])
        for (name, measured) in [("CMC, mAP, mINP", report.ranking), ("re-ranked", report.reranking)] {
            guard let measured else { continue }
            table.add([
                name, Figures.fixed(measured.seconds, 2), Figures.fixed(measured.processorSeconds, 2),
                Figures.fixed(Figures.gibibytes(measured.peakBytes), 2),
                Figures.percent(measured.rank1), Figures.percent(measured.meanAveragePrecision),
            ])
        }
        print(table.text)
    }
}

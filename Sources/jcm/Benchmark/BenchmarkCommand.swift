internal import ArgumentParser
internal import Benchmarks
internal import Foundation
internal import Kernels
internal import Training

/// `jcm benchmark`: how fast the parts of a step are on this machine.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures this machine and what a step is made of.",
        subcommands: [Step.self, Products.self, BenchmarkInference.self])

    /// `jcm benchmark gemm`.
    struct Products: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gemm", abstract: "Matrix products of the paper's model: register tiles beside OpenBLAS.")

        @Option(help: "Measured runs; the median counts.")
        var runs = 7

        @OptionGroup var threads: ThreadOptions

        func run() throws {
            let team = threads.team()
            defer { team.stop() }
            for shape in ProductBenchmark.shapes {
                let row = ProductBenchmark.run(shape, runs: runs, team: team)
                print(
                    shape.name.padding(toLength: 32, withPad: " ", startingAt: 0)
                        + String(
                            format: "%6d × %5d × %5d  tiles %7.1f GFLOP/s  OpenBLAS %7.1f  ×%.2f", shape.m, shape.n,
                            shape.k,
                            row.rate(row.tiles), row.rate(row.blas), row.blas.median / row.tiles.median))
            }
        }
    }

    /// `jcm benchmark step`.
    struct Step: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A training step on this process alone: forward, losses, backward, Adam.")

        @Option(help: "paper, small or tiny.")
        var preset = "paper"

        @Option(help: "Pictures of the step.")
        var microBatch = 8

        @Option(help: "Labels of each sequence; the decoder takes one more.")
        var sequenceLength = 11

        @Option(help: "Measured steps; the median counts.")
        var steps = 5

        @Option(help: "all, or cnn: forward and backward of the backbone alone.")
        var part = "all"

        @Flag(help: "Print a JSON object.")
        var json = false

        @OptionGroup var threads: ThreadOptions

        func run() throws {
            let recipe = try RecipeReader.read(preset)
            guard let part = StepBenchmark.Part(rawValue: part) else {
                throw TrainingError("--part \(part): all or cnn is expected")
            }
            let team = threads.team()
            defer { team.stop() }
            let benchmark = StepBenchmark(
                recipe.model, labels: 35, identities: 751, sequenceLength: sequenceLength, microBatch: microBatch,
                part: part, team: team)
            let timing = Timing.measure(runs: steps, warmUps: 1) { benchmark.run() }
            print("{\"secondsPerStep\": \(timing.median), \"spread\": \(timing.spread), \"fastest\": \(timing.seconds[0])}")
        }
    }
}

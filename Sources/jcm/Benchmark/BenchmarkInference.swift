internal import ArgumentParser
internal import Benchmarks
internal import Foundation
internal import Training

/// `jcm benchmark inference`.
struct BenchmarkInference: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inference", abstract: "Features, CTC posteriors and decoder logits of a batch, as in evaluation.")

    @Option(help: "paper, small or tiny.")
    var preset = "paper"

    @Option(help: "Pictures of a batch.")
    var batch = 32

    @Option(help: "Measured batches; the median counts.")
    var runs = 5

    @Flag(help: "Print a JSON object.")
    var json = false

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let recipe = try RecipeReader.read(preset)
        let team = threads.team()
        defer { team.stop() }
        let benchmark = InferenceBenchmark(
            recipe.model, labels: 35, identities: 751, sequenceLength: 11, batch: batch, team: team)
        let timing = Timing.measure(runs: runs, warmUps: 1) { benchmark.run() }
        let rate = Double(batch) / timing.median
        if json {
            print(
                "{\"secondsPerBatch\": \(timing.median), \"picturesPerSecond\": \(rate), \"spread\": \(timing.spread)}")
        } else {
            print(
                String(
                    format: "%d pictures in %.3f s (spread %.0f %%): %.1f pictures/s", batch, timing.median,
                    100 * timing.spread, rate))
        }
    }
}

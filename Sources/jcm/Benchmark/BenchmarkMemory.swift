internal import ArgumentParser
internal import Benchmarks

/// `jcm benchmark memory`.
struct BenchmarkMemory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory", abstract: "What a training step holds, and the process's peak after one step.",
        discussion: "MB are 2²⁰ bytes. Runs a single step: --runs has nothing to repeat.")

    @OptionGroup var model: BenchmarkModelOptions
    @OptionGroup var options: BenchmarkOptions

    private struct Report: Encodable {
        let bytes: StepMemory
        let totalBytes: Int
        let peakGiB: Double
    }

    func run() throws {
        let recipe = try model.recipe(bytes: 16)
        try options.measure { team in
            let step = StepBenchmark(
                recipe.model, labels: BenchmarkModelOptions.labels, identities: BenchmarkModelOptions.identities,
                sequenceLength: model.sequenceLength, microBatch: model.microBatch, part: .all, team: team)
            step.run()
            let memory = step.memory
            if options.json {
                return try options.printJSON(
                    Report(
                        bytes: memory, totalBytes: memory.total, peakGiB: Figures.gibibytes(memory.peakResident)))
            }
            let threads = "\(team.count) thread\(team.count == 1 ? "" : "s")"
            print("a step of \(model.preset) at micro-batch \(model.microBatch), \(threads)\n")
            var table = TextTable(["what", "MB", "share %"])
            for (name, bytes) in [
                ("parameters", memory.parameters), ("gradients", memory.gradients), ("Adam's moments", memory.moments),
                ("activations", memory.activations), ("scratch", memory.scratch), ("pictures", memory.pictures),
                ("total", memory.total),
            ] {
                table.add([name, Figures.megabytes(bytes), Figures.percent(Double(bytes) / Double(memory.total))])
            }
            table.add(["process's peak", Figures.megabytes(memory.peakResident)])
            print(table.text)
        }
    }
}

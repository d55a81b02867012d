internal import ArgumentParser

/// `jcm benchmark`: how fast the parts of a step are on this machine.
struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measures this machine, a training step, and what the step is made of.",
        discussion: """
            Every figure is the median of several runs after a warm-up; 'spread' is (slowest - fastest) / median.
            Peaks are measured too: of multiply-adds in registers, and of memory that no cache holds.
            Convolutions count as direct ones, whatever the method: Winograd's may pass 100 % of the peak.
            Under mpirun rank 0 alone measures, but for 'retrieval'.
            """,
        subcommands: [
            BenchmarkStep.self, BenchmarkInference.self, BenchmarkConvolution.self, BenchmarkGEMM.self,
            BenchmarkLSTM.self, BenchmarkAttention.self, BenchmarkAdam.self, BenchmarkMemory.self,
            BenchmarkRetrieval.self,
        ])
}

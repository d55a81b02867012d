internal import ArgumentParser

/// `jcm benchmark attention`.
struct BenchmarkAttention: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attention",
        abstract: "Self-attention and the Transformer's encoder and decoder layers, forward and backward.",
        discussion: "Each row is one layer on its positions × width, dropout included; backward makes all gradients.")

    @OptionGroup var model: BenchmarkModelOptions
    @OptionGroup var options: BenchmarkOptions

    func run() throws { try BenchmarkLayers(model: model, options: options).run { $0.attention() } }
}

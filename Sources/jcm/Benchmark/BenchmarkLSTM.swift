internal import ArgumentParser

/// `jcm benchmark lstm`.
struct BenchmarkLSTM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lstm", abstract: "The bidirectional recurrent layers, forward and backward.",
        discussion: "Each row is a layer on its columns × inputs, both directions; backward makes all gradients.")

    @OptionGroup var model: BenchmarkModelOptions
    @OptionGroup var options: BenchmarkOptions

    func run() throws { try BenchmarkLayers(model: model, options: options).run { $0.recurrent() } }
}

internal import ArgumentParser
internal import Training

/// `jcm weights`: a backbone's weights from elsewhere, and ours for others.
struct Weights: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes ResNet weights that others trained, and writes ours for others.",
        subcommands: [ImportWeights.self, ExportWeights.self])
}

/// `jcm weights import`.
struct ImportWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turns a ResNet's weights into a checkpoint for training.initial.",
        discussion: """
            FILE is a safetensors file of torchvision or timm, or an .h5 of Keras (keras-applications or tf.keras). The \
            checkpoint says which pixels the weights want, and where their strides are; a run that begins with it, and all \
            that is computed with what it trains, does as it says.
            """)

    @Argument(help: "Weights: safetensors, or Keras's HDF5.")
    var file: String

    @Option(help: "A recipe or preset with the model that takes them.")
    var recipe = "paper"

    @Option(help: "The checkpoint to write; replaced when the new one is whole.")
    var output: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Changes a setting, those that the weights bring included; may be given several times.",
            valueName: "key=value"))
    var changes: [String] = []

    func run() throws {
        let summary = try WeightImport.run(file, recipe: recipe, changes: changes, output: output)
        print("\(file): \(summary.kind)")
        print("  taken      \(summary.tensors) tensors, \(summary.elements) elements")
        if !summary.unused.isEmpty {
            let more = summary.unused.count > 4 ? " and \(summary.unused.count - 4) more" : ""
            print("  not taken  \(summary.unused.prefix(4).joined(separator: ", "))\(more)")
        }
        print("  pixels     \(summary.preprocessing)")
        for change in summary.changes { print("  setting    \(change)") }
        print("\(output): \(summary.bytes >> 20) MB; begin with it by --set training.initial=\(output)")
    }
}

/// `jcm weights export`.
struct ExportWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a checkpoint's weights as safetensors, under PyTorch's names and in its order of elements.")

    @Argument(help: "A checkpoint, or a run folder (its newest checkpoint).")
    var checkpoint: String

    @Option(help: "The safetensors file to write; replaced when the new one is whole.")
    var output: String

    @Flag(help: "Only the backbone, named as torchvision names it (conv1.weight, not cnn.conv1.weight).")
    var backbone = false

    func run() throws {
        let path = try RunFolder.checkpoint(at: checkpoint)
        let summary = try WeightExport.run(path, backboneOnly: backbone, output: output)
        print(
            "\(output): \(summary.tensors) tensors, \(summary.elements) elements, \(summary.bytes >> 20) MB; pixels: "
                + summary.preprocessing)
    }
}

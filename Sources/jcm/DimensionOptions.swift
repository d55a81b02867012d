internal import ArgumentParser
internal import Model
internal import PersonData

/// What data would decide about a model, where there are none.
struct DimensionOptions: ParsableArguments {
    @Option(help: "K, where the recipe names no prepared data.")
    var labels = AttributeTable.market1501.tokenCount

    @Option(help: "Training identities, where the recipe names no prepared data.")
    var identities = 751

    @Option(help: "The longest sequence, where the recipe names no prepared data.")
    var longestSequence = 10

    func validate() throws {
        let sizes = [("--labels", labels), ("--identities", identities), ("--longest-sequence", longestSequence)]
        for (name, size) in sizes where !(1...1 << 24).contains(size) {
            throw ValidationError("\(name) \(size): 1 to \(1 << 24) are possible")
        }
    }

    /// The dimensions of the options.
    var dimensions: ModelDimensions {
        ModelDimensions(labels: labels, identities: identities, longestSequence: longestSequence)
    }
}

internal import Foundation
internal import Kernels
internal import Layers
internal import Model
internal import PersonData

extension Trainer {
    /// Prints what the run is, before its first step.
    func describe() {
        let context = step.model.context
        let store = context.parameters
        let train = data.indices(of: .train)
        let parameters = Double(store.elementCount) / 1e6
        func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1_048_576) }
        let lines = [
            ("run", "\(folder.path), \(recipe.preset.rawValue) recipe, \(totalSteps) steps"),
            ("ranks", "\(world.count) × \(context.team.count) threads on \(world.hostname), \(BLAS.description)"),
            (
                "data",
                "\(data.path): \(train.count) training pictures of \(data.trainIdentityCount) "
                    + "\(recipe.model.form == .jcm ? "people" : "classes"), \(data.height)×\(data.width)"
            ),
            ("labels", labels),
            (
                "batch",
                "\(recipe.training.globalBatch) = \(world.count) ranks × \(step.microBatches) × \(step.microBatch), "
                    + "normalised over \(normalisedOver)"
            ),
            ("sums", step.exchangeName),
            ("model", String(format: "%.2f M parameters, λ = %g", parameters, recipe.training.lambda)),
            (
                "memory",
                "parameters \(megabytes(4 * store.bufferCount)) MB\(step.sharesParameters ? " once" : ""), gradients "
                    + "\(megabytes(4 * store.bufferCount)) MB, Adam and partial sums \(megabytes(step.bytes)) MB, "
                    + "activations \(megabytes(context.activations.bytes)) MB a rank"
            ),
        ]
        for (name, text) in lines { log.say("  \(name.padding(toLength: 8, withPad: " ", startingAt: 0)) \(text)") }
    }

    private var labels: String {
        recipe.model.form == .classifier
            ? "the classes alone, by the average of \(recipe.model.columns) columns"
            : "\(data.table.attributes.count) attributes, K = \(data.table.tokenCount), longest sequence "
                + "\(data.longestSequence) in \(recipe.model.columns) columns"
    }

    private var normalisedOver: String {
        recipe.training.batchNorm == .global
            ? "\(step.microBatch * world.count) pictures of all ranks" : "\(step.microBatch) pictures"
    }
}

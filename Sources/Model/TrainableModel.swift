public import Layers

/// What a training step needs of a model, whatever it learns.
public protocol TrainableModel: AnyObject {
    /// Its shape.
    var configuration: ModelConfiguration { get }

    /// What the data decided.
    var dimensions: ModelDimensions { get }

    /// Parameters, activations, threads.
    var context: LayerContext { get }

    /// Its lines in the order of forward.
    var summary: [LayerSummary] { get }

    /// Forward, losses and backward of one micro-batch; adds to the gradients.
    ///
    /// Each picture counts `1 / globalBatch`, so that the sum over all micro-batches of all ranks is the batch's mean.
    func accumulateGradients(
        _ batch: TrainingBatch, globalBatch: Int, weights: LossWeights, _ pass: Pass
    ) -> LossParts
}

extension JCM: TrainableModel {}

/// What stands on the columns of the backbone.
public enum ModelForm: String, Codable, Sendable, CaseIterable {
    /// The heads of JCM.
    case jcm

    /// The average of the columns and one linear layer to the classes: pre-training.
    case classifier
}

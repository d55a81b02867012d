internal import Kernels
public import Layers
public import Tensors

/// The model of pre-training (SPEC §1): pictures → backbone → columns → their average → FC → classes.
///
/// The backbone's parameters carry the names that they have in JCM, so a checkpoint of one begins the other.
public final class Classifier: TrainableModel {
    public let configuration: ModelConfiguration
    public let dimensions: ModelDimensions
    public let context: LayerContext

    private let backbone: Backbone
    private let columnPool: ColumnPool
    private let columnNorm: BatchNormLayer?
    private let average: ColumnPool
    private let head: Linear

    /// Registers the model in `context`, with `dimensions.identities` classes; it can compute once that is committed.
    public init(_ configuration: ModelConfiguration, _ dimensions: ModelDimensions, _ context: LayerContext) {
        let (columns, channels) = (configuration.columns, configuration.columnChannels)
        backbone = Backbone(configuration, context)
        columnPool = ColumnPool(
            "columns", configuration.columnPooling, columns: columns, channels: channels, context)
        columnNorm =
            configuration.columnNorm
            ? BatchNormLayer(
                "column_norm", rows: columns, channels: channels, affine: false, rectified: false, context)
            : nil
        average = ColumnPool("average", .mean, columns: 1, channels: channels, context)
        head = Linear("fc", rows: 1, inputs: channels, outputs: dimensions.identities, context)
        (self.configuration, self.dimensions, self.context) = (configuration, dimensions, context)
    }

    public var summary: [LayerSummary] {
        backbone.summary + columnPool.summary + (columnNorm?.summary ?? []) + average.summary + head.summary
    }

    /// Logits of the classes. Shapes: [N, H, W, 3] → [N, 1, classes].
    public func logits(_ pictures: Tensor, _ pass: Pass) -> Tensor {
        let pooled = backbone.columns(pictures, columnPool, pass)
        let columns = columnNorm?.forward(pooled, pass) ?? pooled
        // The columns stand in for the rows of a map that is one column wide.
        let (pictures, count, channels) = (columns.shape[0], columns.shape[1], columns.shape[2])
        return head.forward(average.forward(columns.reshaped(pictures, count, 1, channels), pass), pass)
    }

    /// L = λ·cross-entropy of the classes; the other parts of the loss are 0.
    public func accumulateGradients(
        _ batch: TrainingBatch, globalBatch: Int, weights: LossWeights, _ pass: Pass
    ) -> LossParts {
        let logits = logits(batch.pictures, pass)
        context.clock?.begin("losses", .forward)
        var losses = LossParts()
        losses.identity = Losses.identity(logits, batch, share: 1 / Float(globalBatch), weight: weights.identity)
        context.clock?.end()

        let (columns, channels) = (configuration.columns, configuration.columnChannels)
        context.scratch.with(Shape(batch.count, columns, channels)) { gradient in
            context.scratch.with(Shape(batch.count, 1, channels)) { averageGradient in
                head.backward(logits, into: averageGradient, pass)
                average.backward(
                    averageGradient, into: gradient.reshaped(batch.count, columns, 1, channels), pass)
            }
            columnNorm?.backward(gradient, into: gradient, pass)
            let map = Shape(batch.count, configuration.lastRows, columns, channels)
            context.scratch.with(map) { mapGradient in
                columnPool.backward(gradient, into: mapGradient, pass)
                backbone.backward(mapGradient, into: nil, pass)
            }
        }
        return losses
    }
}

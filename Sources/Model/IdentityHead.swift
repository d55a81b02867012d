internal import Kernels
public import Layers
public import Tensors

/// The dense model: flattened columns → FC0 → (batch norm) → ReLU → FC1 → identities (SPEC §1).
public final class IdentityHead {
    private let fc0: Linear
    private let norm: BatchNormLayer?
    private let fc1: Linear
    private let rectified: Slot
    private let context: LayerContext
    private var hidden: Tensor?

    /// The head of `configuration` for `identities` classes.
    public init(_ configuration: ModelConfiguration, identities: Int, _ context: LayerContext) {
        let width = configuration.identityWidth
        let inputs = configuration.columns * configuration.columnChannels
        fc0 = Linear("fc0", rows: 1, inputs: inputs, outputs: width, context)
        norm =
            configuration.identityNorm
            ? BatchNormLayer("fc0_norm", rows: 1, channels: width, affine: true, rectified: true, context) : nil
        fc1 = Linear("fc1", rows: 1, inputs: width, outputs: identities, context)
        rectified = context.activations.reserve(Shape(context.microBatch, 1, width))
        self.context = context
    }

    /// FC0's output [N, 1, 1024], the paper's smaller re-ID feature, before normalisation and rectifier.
    public func feature(_ columns: Tensor, _ pass: Pass) -> Tensor {
        fc0.forward(columns.reshaped(columns.shape[0], 1, columns.count / columns.shape[0]), pass)
    }

    /// Logits [N, 1, identities].
    public func forward(_ columns: Tensor, _ pass: Pass) -> Tensor {
        let feature = feature(columns, pass)
        let hidden: Tensor
        if let norm {
            hidden = norm.forward(feature, pass)
        } else {
            hidden = rectified.prefix(columns.shape[0])
            hidden.assign(feature)
            rectify(hidden, team: context.team)
        }
        self.hidden = hidden
        return fc1.forward(hidden, pass)
    }

    /// Overwrites the columns' gradient.
    public func backward(_ logitsGradient: Tensor, into columnsGradient: Tensor, _ pass: Pass) {
        guard let hidden else { preconditionFailure("identity head: backward without forward") }
        context.scratch.with(hidden.shape) { gradient in
            fc1.backward(logitsGradient, into: gradient, pass)
            if let norm {
                norm.backward(gradient, into: gradient, pass)
            } else {
                maskByOutput(gradient, output: hidden, team: context.team)
            }
            let pictures = columnsGradient.shape[0]
            let row = columnsGradient.reshaped(pictures, 1, columnsGradient.count / pictures)
            fc0.backward(gradient, into: row, pass)
        }
    }

    /// Its lines in a model's description.
    public var summary: [LayerSummary] { fc0.summary + (norm?.summary ?? []) + fc1.summary }
}

public import Tensors

/// A part of the network with an explicit forward and backward.
///
/// - `forward` and `backward` alternate. `forward` returns a view of the layer's own activation, valid until its next
///   `forward`, and remembers a view of its input, which the caller keeps as it is until `backward` has run.
/// - `backward` **overwrites** `inputGradient` and the gradients of its weights, **adds** to those of its other parameters
///   (`ParameterStore.beginBackward` has cleared them), then reports all as final. It may use `outputGradient` as it likes: its content afterwards is unspecified unless a layer says so.
/// - A nil `inputGradient` means that nobody needs it.
/// - Nothing is allocated after the first step.
public protocol Layer: AnyObject {
    /// The layer's output for `input`, whose first extent is the number of pictures.
    func forward(_ input: Tensor, _ pass: Pass) -> Tensor

    /// Carries the output's gradient back.
    func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass)

    /// What the layer is, one line a part.
    var summary: [LayerSummary] { get }
}

/// A line of a model's description.
public struct LayerSummary: Sendable, Equatable {
    /// The path of the part.
    public let name: String

    /// What it is: "conv 3×3, 64".
    public let kind: String

    /// Extents of its output for one picture.
    public let output: [Int]

    /// Elements of its parameters.
    public let parameters: Int

    /// Multiply-adds of its products for one picture, forward.
    public let multiplyAdds: Int

    /// A line from its parts.
    public init(name: String, kind: String, output: [Int], parameters: Int, multiplyAdds: Int) {
        (self.name, self.kind, self.output) = (name, kind, output)
        (self.parameters, self.multiplyAdds) = (parameters, multiplyAdds)
    }
}

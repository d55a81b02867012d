public import Tensors

/// What a rectifier behind a batch normalisation lets through of the gradient on its way back.
///
/// Shapes: the output [R, C], as the gradient and x; factor and offset [C].
public enum RectifierMask {
    /// There is no rectifier.
    case none

    /// The gradient where this output is above 0. It is masked in its place: that leaves the gradient of a residual.
    case output(Tensor)

    /// The gradient where factor·x + offset is above 0: the normalisation's own output, which no
    /// residual was added to. Nothing but x is read, and the gradient stays as it is.
    case normalised(factor: Tensor, offset: Tensor)
}

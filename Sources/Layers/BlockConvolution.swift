internal import Kernels
internal import Tensors

/// What a block does before its normalisation: x ∗ W, all rows of it or those that are read.
protocol BlockConvolution {
    /// output = x ∗ W; `moments` = [Σ…, Σ (…)²…] of each channel, over all rows.
    func forward(_ input: Tensor, weights: Tensor, into output: Tensor, moments: ChannelTotals?)

    /// output = [max(0, ·)](factor·(x ∗ W) + offset [+ residual]).
    func infer(
        _ input: Tensor, weights: Tensor, factor: Tensor, offset: Tensor, residual: Tensor?, rectified: Bool,
        into output: Tensor)

    /// Carries back the gradient of what was made; `norm`, which carried it there, knows that of rows that were not. Adds to the
    /// input's where `adding`.
    func backward(
        _ input: Tensor, weights: Tensor, outputGradient: Tensor, behind norm: BatchNorm, weightGradient: Tensor,
        into inputGradient: Tensor?, adding: Bool)
}

extension Convolution: BlockConvolution {
    func backward(
        _ input: Tensor, weights: Tensor, outputGradient: Tensor, behind norm: BatchNorm, weightGradient: Tensor,
        into inputGradient: Tensor?, adding: Bool
    ) {
        backward(
            input, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient,
            into: inputGradient, adding: adding)
    }
}

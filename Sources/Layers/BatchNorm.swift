public import Kernels
public import Tensors

/// Batch normalisation over the rows of [N, …, C], with an optional residual and rectifier in the same pass.
///
/// In training a channel's mean and variance are those of the micro-batch (of all ranks' micro-batches, where the pass
/// says so); the running ones take a tenth of them: running ← 0.9·running + 0.1·batch, the variance unbiased.
/// Ioffe and Szegedy 2015, as `torch.nn.BatchNorm2d`.
public final class BatchNorm {
    /// The share of a new batch in the running statistics.
    public static let momentum: Float = 0.1

    private let weight: Parameter?
    private let bias: Parameter?
    private let runningMean: Statistic
    private let runningVariance: Statistic
    private let channels: Int
    private let context: LayerContext
    private let mean: Slot, inverseDeviation: Slot, factor: Slot, offset: Slot
    private let totals: UnsafeMutableBufferPointer<Double>
    private var normalisedRows = 0.0

    /// A normalisation of `channels` channels, with γ and β where `affine`.
    public init(_ name: String, channels: Int, affine: Bool = true, _ context: LayerContext) {
        let store = context.parameters
        weight = affine ? store.add("\(name).weight", Shape(channels), .norm, .constant(1)) : nil
        bias = affine ? store.add("\(name).bias", Shape(channels), .norm, .constant(0)) : nil
        runningMean = store.addStatistic("\(name).running_mean", count: channels, initial: 0)
        runningVariance = store.addStatistic("\(name).running_var", count: channels, initial: 1)
        mean = context.activations.reserve(Shape(channels))
        inverseDeviation = context.activations.reserve(Shape(channels))
        factor = context.activations.reserve(Shape(channels))
        offset = context.activations.reserve(Shape(channels))
        totals = .allocate(capacity: 2 * channels + 1)
        (self.channels, self.context) = (channels, context)
    }

    deinit { totals.deallocate() }

    /// γ's and β's place in the buffers; nil without them.
    public var range: Range<Int>? {
        weight.flatMap { weight in bias.map { weight.range.lowerBound..<$0.range.upperBound } }
    }

    /// Elements of γ and β.
    public var parameterCount: Int { weight == nil ? 0 : 2 * channels }

    /// Where the maker of x leaves [Σx…, Σx²…] of each channel, for `forward(…, totalRows:)`; on the way back, they are
    /// [Σg…, Σg·(x − μ)…].
    var channelTotals: ChannelTotals { ChannelTotals(rebasing: totals[0..<2 * channels]) }

    /// y = [rectified](γ·x̂ + β + residual); in training the sums over x are taken first, unless `channelTotals` has them, of
    /// `totalRows` rows: those of x, or of a map that x is a part of.
    public func forward(
        _ x: Tensor, residual: NormalisedResidual?, rectified: Bool, into y: Tensor, totalRows: Int? = nil,
        _ pass: Pass
    ) {
        let (factor, offset) = takeAffine(x, totalRows: totalRows, pass)
        BatchNormalisation.apply(
            x, factor: factor, offset: offset, residual: residual, rectified: rectified, into: y, team: context.team)
    }

    /// The normalisation of x in this pass as y = factor·x + offset, valid until the next one; `totalRows` as in `forward`.
    private func takeAffine(_ x: Tensor, totalRows: Int?, _ pass: Pass) -> (factor: Tensor, offset: Tensor) {
        guard pass.isTraining else { return runningAffine() }
        if totalRows == nil {
            BatchNormalisation.sums(x, into: totals, scratch: context.scratch, team: context.team)
        }
        totals[2 * channels] = Double(totalRows ?? x.shape.rows)
        pass.statisticsReducer?.sum(totals)
        takeMoments()
        return affine
    }

    /// y = [rectified](γ·x̂ + β + r) in training, where r is normalised by `other`; both have their totals of `totalRows` rows,
    /// and ranks sum them at once.
    func forward(
        _ x: Tensor, adding r: Tensor, by other: BatchNorm, rectified: Bool, into y: Tensor, totalRows: Int,
        _ pass: Pass
    ) {
        (totals[2 * channels], other.totals[2 * channels]) = (Double(totalRows), Double(totalRows))
        pass.statisticsReducer?.sum(totals, other.totals)
        takeMoments()
        other.takeMoments()
        let (factor, offset) = affine
        BatchNormalisation.apply(
            x, factor: factor, offset: offset, residual: NormalisedResidual(r, affine: other.affine),
            rectified: rectified, into: y, team: context.team)
    }

    /// The normalisation under the running statistics as y = factor·x + offset, valid until the next pass.
    func runningAffine() -> (factor: Tensor, offset: Tensor) {
        takeRunningMoments()
        return affine
    }

    /// Under the moments that were taken last: factor = γ·s, offset = β − μ·factor.
    private var affine: (factor: Tensor, offset: Tensor) {
        let (μ, s, f, o) = (mean.tensor, inverseDeviation.tensor, factor.tensor, offset.tensor)
        let (γ, β) = (weight?.values, bias?.values)
        for c in 0..<channels {
            f[c] = s[c] * (γ?[c] ?? 1)
            o[c] = (β?[c] ?? 0) - μ[c] * f[c]
        }
        return (f, o)
    }

    private func takeRunningMoments() {
        let (μ, s) = (mean.tensor, inverseDeviation.tensor)
        let (runningMean, runningVariance) = (runningMean.running, runningVariance.running)
        for c in 0..<channels {
            μ[c] = runningMean[c]
            s[c] = Float(1 / (Double(runningVariance[c]) + BatchNormalisation.epsilon).squareRoot())
        }
    }

    /// Carries the gradient of y back to x. Where a rectifier stood behind a residual, `output` is y: `outputGradient` is first
    /// masked by it in place, which leaves in it the residual's gradient. `result` may be `outputGradient` itself.
    ///
    /// Where `other` normalised the residual r, its gradient is carried back to r as well, into `outputGradient`: both in the same
    /// passes, and summed over ranks at once.
    public func backward(
        _ outputGradient: Tensor, x: Tensor, rectified: Bool, residualOutput output: Tensor? = nil, into result: Tensor,
        and other: (norm: BatchNorm, r: Tensor)? = nil, _ pass: Pass
    ) {
        let mask: RectifierMask =
            rectified ? output.map { .output($0) } ?? .normalised(factor: factor.tensor, offset: offset.tensor) : .none
        BatchNormalisation.gradientSums(
            outputGradient, of: (x, mean.tensor, channelTotals),
            and: other.map { norm, r in (r, norm.mean.tensor, norm.channelTotals) }, mask: mask,
            scratch: context.scratch, team: context.team)
        addParameterGradients()
        other?.norm.addParameterGradients()
        if pass.isTraining, let reducer = pass.statisticsReducer {
            if let other { reducer.sum(channelTotals, other.norm.channelTotals) } else { reducer.sum(channelTotals) }
        }
        withTerms(x, into: result, pass) { terms in
            guard let other else {
                return BatchNormalisation.inputGradient(outputGradient, of: terms, mask: mask, team: context.team)
            }
            other.norm.withTerms(other.r, into: outputGradient, pass) {
                BatchNormalisation.inputGradient(outputGradient, of: terms, and: $0, mask: mask, team: context.team)
            }
        }
    }

    /// What became, behind `backward` in training, the gradient of rows of x whose y nobody read: offset + factor·x per
    /// channel, all [C]: where g is 0, factor·(g − a − (x − μ)·b) of `BatchNormalisation.inputGradient` is that.
    func takeGradientOfUnread(factor: Tensor, offset: Tensor) {
        let (μ, s, f) = (mean.tensor, inverseDeviation.tensor, self.factor.tensor)
        for c in 0..<channels {
            let b = totals[channels + c] / normalisedRows * Double(s[c]) * Double(s[c])
            factor[c] = Float(-Double(f[c]) * b)
            offset[c] = Float(Double(f[c]) * (Double(μ[c]) * b - totals[c] / normalisedRows))
        }
    }

    /// dγ += Σg·x̂ and dβ += Σg, from this rank's sums.
    private func addParameterGradients() {
        guard let weightGradient = weight?.gradient, let biasGradient = bias?.gradient else { return }
        let s = inverseDeviation.tensor
        for c in 0..<channels {
            weightGradient[c] += Float(totals[channels + c]) * s[c]
            biasGradient[c] += Float(totals[c])
        }
    }

    /// Gives `body` the terms of the gradient of x, from the sums over all ranks.
    private func withTerms(
        _ x: Tensor, into result: Tensor, _ pass: Pass, _ body: (BatchNormalisation.GradientTerms) -> Void
    ) {
        let s = inverseDeviation.tensor
        context.scratch.with(Shape(channels), Shape(channels)) { a, b in
            for c in 0..<channels {
                a[c] = pass.isTraining ? Float(totals[c] / normalisedRows) : 0
                b[c] =
                    pass.isTraining
                    ? Float(totals[channels + c] / normalisedRows * Double(s[c]) * Double(s[c])) : 0
            }
            body(
                BatchNormalisation.GradientTerms(
                    x: x, mean: mean.tensor, factor: factor.tensor, a: a, b: b, into: result))
        }
    }

    /// Mean, deviation and running statistics from [Σx…, Σx²…, rows].
    private func takeMoments() {
        normalisedRows = totals[2 * channels]
        let momentum = Self.momentum
        let (μ, s) = (mean.tensor, inverseDeviation.tensor)
        let (pendingMean, pendingVariance) = (runningMean.pending, runningVariance.pending)
        for c in 0..<channels {
            let average = totals[c] / normalisedRows
            let variance = max(0, totals[channels + c] / normalisedRows - average * average)
            μ[c] = Float(average)
            s[c] = Float(1 / (variance + BatchNormalisation.epsilon).squareRoot())
            let unbiased = Float(variance * normalisedRows / max(normalisedRows - 1, 1))
            pendingMean[c] = (1 - momentum) * pendingMean[c] + momentum * Float(average)
            pendingVariance[c] = (1 - momentum) * pendingVariance[c] + momentum * unbiased
        }
    }
}

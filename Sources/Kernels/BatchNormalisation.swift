public import Tensors

/// Sums of a channel's values that all ranks may share before they are used: count, then 2·C totals.
public typealias ChannelTotals = UnsafeMutableBufferPointer<Double>

/// What is added to a normalised map: another map as it is, or normalised on the way, as `affine` says per channel.
public struct NormalisedResidual {
    /// As many elements as the normalised map.
    public let map: Tensor

    /// What the map is multiplied with, and what is added then.
    public let affine: (factor: Tensor, offset: Tensor)?

    /// `map` · factor + offset, or `map` alone.
    public init(_ map: Tensor, affine: (factor: Tensor, offset: Tensor)? = nil) {
        (self.map, self.affine) = (map, affine)
    }
}

/// The passes of batch normalisation over the rows of [R, C] (R = N·H·W), fused with residual and rectifier.
///
/// y = max(0, γ·(x − μ)·s + β + residual), s = 1/√(σ² + ε). Ioffe and Szegedy 2015; as PyTorch, ε = 1e-5.
public enum BatchNormalisation {
    /// Added to the variance.
    public static let epsilon = 1e-5

    /// totals = [Σx…, Σx²…] for each channel, R rows.
    ///
    /// Summed relative to the first row: the mean of a channel may be many deviations from 0.
    public static func sums(_ x: Tensor, into totals: ChannelTotals, scratch: Scratch, team: WorkerTeam) {
        let (rows, channels) = (x.shape.rows, x.shape.last)
        let (values, shift) = (x.pointer, x.pointer)
        let result = totals.baseAddress!
        ChannelSums.reduce(rows: rows, channels: channels, scratch: scratch, team: team, totals: result) {
            range, first, second in
            for row in range {
                let line = values + row * channels
                for channel in 0..<channels {
                    let difference = line[channel] - shift[channel]
                    first[channel] += difference
                    second[channel] += difference * difference
                }
            }
        }
        for channel in 0..<channels {
            let (sum, squares, s) = (result[channel], result[channels + channel], Double(shift[channel]))
            result[channel] = sum + Double(rows) * s
            result[channels + channel] = squares + 2 * s * sum + Double(rows) * s * s
        }
    }

    /// y = x·factor + offset per channel, plus residual, rectified on request.
    public static func apply(
        _ x: Tensor, factor: Tensor, offset: Tensor, residual: NormalisedResidual?, rectified: Bool, into y: Tensor,
        team: WorkerTeam
    ) {
        let channels = x.shape.last
        precondition(x.count == y.count && factor.count == channels, "\(x.shape) normalised into \(y.shape)")
        precondition(
            residual.map { $0.map.count == x.count && ($0.affine?.factor.count ?? channels) == channels } ?? true,
            "a residual of another shape than \(x.shape)")
        func pass<Shortcut: CompanionMap>(_ shortcut: Shortcut) {
            let pass = NormalisingPass(
                x: x.pointer, factor: factor.pointer, offset: offset.pointer, shortcut: shortcut, rectified: rectified,
                y: y.pointer)
            team.ranges(x.shape.rows, grain: 8) { pass.run($0, of: x.shape) }
        }
        guard let residual else { return pass(NoMap()) }
        guard let (factor, offset) = residual.affine else { return pass(PlainMap(map: residual.map.pointer)) }
        pass(NormalisedMap(map: residual.map.pointer, factor: factor.pointer, offset: offset.pointer))
    }

    /// totals = [Σg…, Σg·(x − μ)…], g being what `mask` lets through of the output's gradient. Shapes: gradient, x [R, C],
    /// mean [C], totals 2·C.
    public static func gradientSums(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, mask: RectifierMask, into totals: ChannelTotals,
        scratch: Scratch, team: WorkerTeam
    ) {
        let (rows, channels) = (x.shape.rows, x.shape.last)
        precondition(gradient.count == x.count, "gradient \(gradient.shape) of \(x.shape)")
        func pass<Gradient: CompanionMap>(_ gradient: Gradient) {
            ChannelSums.reduce(
                rows: rows, channels: channels, scratch: scratch, team: team, totals: totals.baseAddress!
            ) { range, first, second in
                GradientSummingPass(x: x.pointer, mean: mean.pointer, gradient: gradient, first: first, second: second)
                    .run(range, of: x.shape)
            }
        }
        switch mask {
        case .none: pass(PlainMap(map: gradient.pointer))
        case .output(let output): pass(GradientByOutput(gradient: gradient.pointer, output: output.pointer))
        case .normalised(let factor, let offset):
            pass(GradientByInput(gradient: gradient.pointer, factor: factor.pointer, offset: offset.pointer))
        }
    }

    /// result = factor·(g − a − (x − μ)·b) per channel: the input's gradient, g being what `mask` lets through of the output's,
    /// or `gradient` itself where it was masked in its place. `result` may be `gradient`. Shapes: gradient, x and result [R, C],
    /// all others [C].
    public static func inputGradient(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, factor: Tensor, a: Tensor, b: Tensor, mask: RectifierMask,
        into result: Tensor, team: WorkerTeam
    ) {
        func pass<Gradient: CompanionMap>(_ gradient: Gradient) {
            let pass = InputGradientPass(
                x: x.pointer, mean: mean.pointer, factor: factor.pointer, a: a.pointer, b: b.pointer,
                gradient: gradient, result: result.pointer)
            team.ranges(x.shape.rows, grain: 8) { pass.run($0, of: x.shape) }
        }
        guard case .normalised(let maskFactor, let maskOffset) = mask else {
            return pass(PlainMap(map: gradient.pointer))
        }
        pass(GradientByInput(gradient: gradient.pointer, factor: maskFactor.pointer, offset: maskOffset.pointer))
    }
}

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
        ChannelSums.reduce(
            rows: rows, scratch: scratch, team: team, totals: ChannelTotals(rebasing: totals[0..<2 * channels])
        ) { range, first in
            let second = first + channels
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
            team.ranges(x.shape.rows, grain: 8) { pass.run($0, channels: channels) }
        }
        guard let residual else { return pass(NoMap()) }
        guard let (factor, offset) = residual.affine else { return pass(PlainMap(map: residual.map.pointer)) }
        pass(NormalisedMap(map: residual.map.pointer, factor: factor.pointer, offset: offset.pointer))
    }

    /// A map whose gradient is summed: where its [Σg…, Σg·(x − μ)…] go. Shapes: x [R, C], mean [C], totals 2·C.
    public typealias SummedMap = (x: Tensor, mean: Tensor, totals: ChannelTotals)

    /// totals = [Σg…, Σg·(x − μ)…], g being what `mask` lets through of the output's gradient [R, C]; those of `other` as well,
    /// a map that was normalised and added to the output, in the same pass.
    public static func gradientSums(
        _ gradient: Tensor, of map: SummedMap, and other: SummedMap? = nil, mask: RectifierMask, scratch: Scratch,
        team: WorkerTeam
    ) {
        let (x, channels) = (map.x, map.x.shape.last)
        precondition(gradient.count == x.count, "gradient \(gradient.shape) of \(x.shape)")
        precondition(
            other.map { $0.x.shape.last == channels && $0.x.count == x.count } ?? true, "two maps of two shapes")
        func pass<Gradient: CompanionMap>(_ masked: Gradient) {
            ChannelSums.reduce(
                rows: x.shape.rows, scratch: scratch, team: team, totals: map.totals, others: other?.totals
            ) { range, sums in
                let own = GradientSummingPass(
                    x: x.pointer, mean: map.mean.pointer, gradient: masked, first: sums, second: sums + channels)
                guard let other else { return own.run(range, channels: channels) }
                let second = GradientSummingPass(
                    x: other.x.pointer, mean: other.mean.pointer, gradient: PlainMap(map: gradient.pointer),
                    first: sums + 2 * channels, second: sums + 3 * channels)
                PassPair(first: own, second: second).run(range, channels: channels)
            }
        }
        switch mask {
        case .none: pass(PlainMap(map: gradient.pointer))
        case .output(let output): pass(GradientByOutput(gradient: gradient.pointer, output: output.pointer))
        case .normalised(let factor, let offset):
            precondition(other == nil, "a rectifier behind a sum goes by the sum")
            pass(GradientByInput(gradient: gradient.pointer, factor: factor.pointer, offset: offset.pointer))
        }
    }

    /// What the gradient of a normalised map x is made of, and where it goes. Shapes: x and result [R, C], all others [C].
    public struct GradientTerms {
        let x: Tensor, mean: Tensor, factor: Tensor, a: Tensor, b: Tensor, result: Tensor

        /// The terms of factor·(g − a − (x − μ)·b).
        public init(x: Tensor, mean: Tensor, factor: Tensor, a: Tensor, b: Tensor, into result: Tensor) {
            (self.x, self.mean, self.factor, self.a, self.b, self.result) = (x, mean, factor, a, b, result)
        }
    }

    /// result = factor·(g − a − (x − μ)·b) per channel: the input's gradient, g being what `mask` lets through of the output's,
    /// or `gradient` itself where it was masked in its place; that of `other` as well, a map that was normalised and added to
    /// the output, in the same pass. The last result may be `gradient` [R, C].
    public static func inputGradient(
        _ gradient: Tensor, of map: GradientTerms, and other: GradientTerms? = nil, mask: RectifierMask,
        team: WorkerTeam
    ) {
        let plain = PlainMap(map: gradient.pointer), shape = map.x.shape
        func pass(_ pass: some ChannelPass) {
            team.ranges(shape.rows, grain: 8) { pass.run($0, channels: shape.last) }
        }
        if let other {
            pass(PassPair(first: InputGradientPass(map, plain), second: InputGradientPass(other, plain)))
        } else if case .normalised(let factor, let offset) = mask {
            let masked = GradientByInput(gradient: gradient.pointer, factor: factor.pointer, offset: offset.pointer)
            pass(InputGradientPass(map, masked))
        } else {
            pass(InputGradientPass(map, plain))
        }
    }
}

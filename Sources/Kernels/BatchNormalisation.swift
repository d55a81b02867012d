public import Tensors

/// Sums of a channel's values that all ranks may share before they are used: count, then 2·C totals.
public typealias ChannelTotals = UnsafeMutableBufferPointer<Double>

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
        _ x: Tensor, factor: Tensor, offset: Tensor, residual: Tensor?, rectified: Bool, into y: Tensor,
        team: WorkerTeam
    ) {
        let channels = x.shape.last
        precondition(x.count == y.count && factor.count == channels, "\(x.shape) normalised into \(y.shape)")
        let (f, o) = (factor.pointer, offset.pointer)
        team.ranges(x.shape.rows, grain: 8) { range in
            for row in range {
                let (source, target) = (x.pointer + row * channels, y.pointer + row * channels)
                if let extra = residual.map({ $0.pointer + row * channels }) {
                    if rectified {
                        for c in 0..<channels {
                            let value = source[c] * f[c] + o[c] + extra[c]
                            target[c] = value > 0 ? value : 0
                        }
                    } else {
                        for c in 0..<channels { target[c] = source[c] * f[c] + o[c] + extra[c] }
                    }
                } else if rectified {
                    for c in 0..<channels {
                        let value = source[c] * f[c] + o[c]
                        target[c] = value > 0 ? value : 0
                    }
                } else {
                    for c in 0..<channels { target[c] = source[c] * f[c] + o[c] }
                }
            }
        }
    }

    /// totals = [Σg…, Σg·(x − μ)…], g being the output's gradient; where `rectifiedOutput` is given, g is first set to
    /// 0 (in place) wherever that output is 0, which leaves the residual's gradient in it.
    public static func gradientSums(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, rectifiedOutput: Tensor?, into totals: ChannelTotals,
        scratch: Scratch, team: WorkerTeam
    ) {
        let (rows, channels) = (x.shape.rows, x.shape.last)
        precondition(gradient.count == x.count, "gradient \(gradient.shape) of \(x.shape)")
        let (g, values, mu) = (gradient.pointer, x.pointer, mean.pointer)
        let y = rectifiedOutput?.pointer
        ChannelSums.reduce(
            rows: rows, channels: channels, scratch: scratch, team: team, totals: totals.baseAddress!
        ) { range, first, second in
            for row in range {
                let (line, input) = (g + row * channels, values + row * channels)
                if let output = y.map({ $0 + row * channels }) {
                    for c in 0..<channels { line[c] = output[c] > 0 ? line[c] : 0 }
                }
                for c in 0..<channels {
                    first[c] += line[c]
                    second[c] += line[c] * (input[c] - mu[c])
                }
            }
        }
    }

    /// result = factor·(g − a − (x − μ)·b) per channel: the input's gradient. `result` may be `gradient`.
    public static func inputGradient(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, factor: Tensor, a: Tensor, b: Tensor, into result: Tensor,
        team: WorkerTeam
    ) {
        let channels = x.shape.last
        let (mu, f, pa, pb) = (mean.pointer, factor.pointer, a.pointer, b.pointer)
        team.ranges(x.shape.rows, grain: 8) { range in
            for row in range {
                let g = gradient.pointer + row * channels
                let (source, target) = (x.pointer + row * channels, result.pointer + row * channels)
                for c in 0..<channels { target[c] = f[c] * (g[c] - pa[c] - (source[c] - mu[c]) * pb[c]) }
            }
        }
    }
}

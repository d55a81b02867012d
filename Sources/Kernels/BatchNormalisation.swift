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
        let (f, o, map) = (factor.pointer, offset.pointer, residual?.map.pointer)
        let (rf, ro) = (residual?.affine?.factor.pointer, residual?.affine?.offset.pointer)
        team.ranges(x.shape.rows, grain: 8) { range in
            for row in range {
                let (source, target) = (x.pointer + row * channels, y.pointer + row * channels)
                let extra = map.map { $0 + row * channels }
                if let extra, let rf, let ro {
                    forLanes(channels) { c, load, store in
                        let shortcut = load(extra + c) * load(rf + c) + load(ro + c)
                        let value = load(source + c) * load(f + c) + load(o + c) + shortcut
                        store(rectified ? value.passed(where: value) : value, target + c)
                    }
                } else if let extra {
                    forLanes(channels) { c, load, store in
                        let value = load(source + c) * load(f + c) + load(o + c) + load(extra + c)
                        store(rectified ? value.passed(where: value) : value, target + c)
                    }
                } else {
                    forLanes(channels) { c, load, store in
                        let value = load(source + c) * load(f + c) + load(o + c)
                        store(rectified ? value.passed(where: value) : value, target + c)
                    }
                }
            }
        }
    }

    /// totals = [Σg…, Σg·(x − μ)…], g being what `mask` lets through of the output's gradient. Shapes: gradient, x [R, C],
    /// mean [C], totals 2·C.
    public static func gradientSums(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, mask: RectifierMask, into totals: ChannelTotals,
        scratch: Scratch, team: WorkerTeam
    ) {
        let (rows, channels) = (x.shape.rows, x.shape.last)
        precondition(gradient.count == x.count, "gradient \(gradient.shape) of \(x.shape)")
        let (g, values, mu, affine) = (gradient.pointer, x.pointer, mean.pointer, mask.affine)
        var y: UnsafeMutablePointer<Float>?
        if case .output(let output) = mask { y = output.pointer }
        ChannelSums.reduce(
            rows: rows, channels: channels, scratch: scratch, team: team, totals: totals.baseAddress!
        ) { range, first, second in
            for row in range {
                let (line, input) = (g + row * channels, values + row * channels)
                if let (f, o) = affine {
                    forLanes(channels) { c, load, store in
                        let value = load(input + c)
                        let passed = load(line + c).passed(where: value * load(f + c) + load(o + c))
                        store(load(first + c) + passed, first + c)
                        store(load(second + c) + passed * (value - load(mu + c)), second + c)
                    }
                    continue
                }
                if let output = y.map({ $0 + row * channels }) {
                    forLanes(channels) { c, load, store in
                        let passed = load(line + c).passed(where: load(output + c))
                        store(passed, line + c)
                        store(load(first + c) + passed, first + c)
                        store(load(second + c) + passed * (load(input + c) - load(mu + c)), second + c)
                    }
                    continue
                }
                forLanes(channels) { c, load, store in
                    let passed = load(line + c)
                    store(load(first + c) + passed, first + c)
                    store(load(second + c) + passed * (load(input + c) - load(mu + c)), second + c)
                }
            }
        }
    }

    /// result = factor·(g − a − (x − μ)·b) per channel: the input's gradient, g being what `mask` lets through of the output's,
    /// or `gradient` itself where it was masked in its place. `result` may be `gradient`. Shapes: gradient, x and result [R, C],
    /// all others [C].
    public static func inputGradient(
        _ gradient: Tensor, _ x: Tensor, mean: Tensor, factor: Tensor, a: Tensor, b: Tensor, mask: RectifierMask,
        into result: Tensor, team: WorkerTeam
    ) {
        let channels = x.shape.last
        let (mu, f, pa, pb, affine) = (mean.pointer, factor.pointer, a.pointer, b.pointer, mask.affine)
        team.ranges(x.shape.rows, grain: 8) { range in
            for row in range {
                let g = gradient.pointer + row * channels
                let (source, target) = (x.pointer + row * channels, result.pointer + row * channels)
                if let (mf, mo) = affine {
                    forLanes(channels) { c, load, store in
                        let value = load(source + c)
                        let passed = load(g + c).passed(where: value * load(mf + c) + load(mo + c))
                        store(
                            load(f + c) * (passed - load(pa + c) - (value - load(mu + c)) * load(pb + c)), target + c)
                    }
                } else {
                    forLanes(channels) { c, load, store in
                        let shifted = load(g + c) - load(pa + c)
                        store(load(f + c) * (shifted - (load(source + c) - load(mu + c)) * load(pb + c)), target + c)
                    }
                }
            }
        }
    }
}

extension Lanes {
    /// Itself where a rectifier lets `output` through, and 0 elsewhere, also where that is no number. `output` must be made by
    /// the operations of `apply`: the two would else differ where it is next to 0.
    @inline(__always)
    fileprivate func passed(where output: Lanes) -> Lanes { Lanes.zero.replacing(with: self, where: output .> .zero) }
}

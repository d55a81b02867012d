public import Tensors

/// Loops that do nothing but what a machine does fastest: the peaks that kernels are measured against.
public enum PeakLoops {
    /// Floats in one SIMD register of this build's level.
    public static var lanes: Int { Lanes.scalarCount }

    /// Floating-point operations of `multiplyAdds` over `rounds`: 2 · 12 chains · lanes · rounds.
    public static func operations(rounds: Int) -> Double { 24 * Double(lanes) * Double(rounds) }

    /// Twelve chains x ← x·factor + term in registers, none waiting for another: enough for two units of latency 4 to
    /// 6. Returns their sum, so that no compiler leaves them out. On the calling thread.
    @inline(never)
    public static func multiplyAdds(rounds: Int, factor: Float, term: Float) -> Float {
        let f = Lanes(repeating: factor), t = Lanes(repeating: term)
        var a = t, b = a + t, c = b + t, d = c + t, e = d + t, g = e + t
        var h = g + t, i = h + t, j = i + t, k = j + t, l = k + t, m = l + t
        for _ in 0..<rounds {
            (a, b, c) = (a.timesPlus(f, t), b.timesPlus(f, t), c.timesPlus(f, t))
            (d, e, g) = (d.timesPlus(f, t), e.timesPlus(f, t), g.timesPlus(f, t))
            (h, i, j) = (h.timesPlus(f, t), i.timesPlus(f, t), j.timesPlus(f, t))
            (k, l, m) = (k.timesPlus(f, t), l.timesPlus(f, t), m.timesPlus(f, t))
        }
        return (((a + b) + (c + d)) + ((e + g) + (h + i)) + ((j + k) + (l + m))).sum()
    }

    /// m ← (m + g)/2, v ← (v + g)/2, θ ← (θ + m)/2: Adam's traffic, 4 reads and 3 writes an element (28 bytes), with
    /// next to no arithmetic.
    public static func stream(
        values: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, team: WorkerTeam
    ) {
        let count = values.count
        precondition(
            gradient.count == count && firstMoment.count == count && secondMoment.count == count,
            "a pass over \(count) values, \(gradient.count) gradients")
        let (θ, g, m, v) = (values.pointer, gradient.pointer, firstMoment.pointer, secondMoment.pointer)
        team.elements(count) { range in
            let whole = range.lowerBound + laneEnd(range.count)
            for index in Swift.stride(from: range.lowerBound, to: whole, by: Lanes.scalarCount) {
                let gradient = g[lanes: index]
                let first = (m[lanes: index] + gradient) * 0.5
                m[lanes: index] = first
                v[lanes: index] = (v[lanes: index] + gradient) * 0.5
                θ[lanes: index] = (θ[lanes: index] + first) * 0.5
            }
            for index in whole..<range.upperBound {
                m[index] = (m[index] + g[index]) * 0.5
                v[index] = (v[index] + g[index]) * 0.5
                θ[index] = (θ[index] + m[index]) * 0.5
            }
        }
    }

    /// target = source: 1 read and 1 write an element (8 bytes).
    public static func copy(_ source: Tensor, to target: Tensor, team: WorkerTeam) {
        precondition(source.count == target.count, "\(source.shape) copied to \(target.shape)")
        team.elements(source.count) {
            (target.pointer + $0.lowerBound).update(from: source.pointer + $0.lowerBound, count: $0.count)
        }
    }
}

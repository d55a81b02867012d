public import Tensors

/// Softmax of the rows of [R, C] and its gradient.
public enum Softmax {
    /// row = e^{x − max x} / Σ, in place.
    ///
    /// `visible(row)` is how many leading columns count; the others become 0 (a causal mask).
    public static func forward(_ rows: Tensor, team: WorkerTeam, visible: ((Int) -> Int)? = nil) {
        let width = rows.shape.last
        shareRows(rows.shape.rows, 4 * width, team) { row in
            let line = rows.pointer + row * width
            let count = visible?(row) ?? width
            softmax(line, count)
            if count < width { (line + count).update(repeating: 0, count: width - count) }
        }
    }

    /// gradient = p·(g − Σ g·p) of each row, in place.
    public static func backward(_ gradient: Tensor, probabilities: Tensor, team: WorkerTeam) {
        let width = gradient.shape.last
        shareRows(gradient.shape.rows, 2 * width, team) { row in
            let (g, p) = (gradient.pointer + row * width, probabilities.pointer + row * width)
            let end = laneEnd(width)
            var lanes = Lanes.zero
            for index in stride(from: 0, to: end, by: Lanes.scalarCount) {
                lanes = g[lanes: index].timesPlus(p[lanes: index], lanes)
            }
            var dot = lanes.sum()
            for index in end..<width { dot += g[index] * p[index] }
            for index in 0..<width { g[index] = p[index] * (g[index] - dot) }
        }
    }

    /// One row of `count` in place; −∞ entries become 0.
    static func softmax(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
        let end = laneEnd(count)
        var largest = -Float.infinity
        var lanes = Lanes(repeating: -.infinity)
        for index in stride(from: 0, to: end, by: Lanes.scalarCount) { lanes = lanes.largest(x[lanes: index]) }
        if end > 0 { largest = lanes.max() }
        for index in end..<count { largest = max(largest, x[index]) }
        let centre = Lanes(repeating: largest)
        // Sums of 64 registers each, in double precision: with eight lanes a long row's single sum loses 3e-6.
        var sum: Float = 0
        if end > 0 {
            var whole = 0.0
            for first in stride(from: 0, to: end, by: 64 * Lanes.scalarCount) {
                var total = Lanes.zero
                for index in stride(from: first, to: min(end, first + 64 * Lanes.scalarCount), by: Lanes.scalarCount) {
                    let value = survivingExponential(x[lanes: index] - centre)
                    x[lanes: index] = value
                    total += value
                }
                whole += Double(total.sum())
            }
            sum = Float(whole)
        }
        if end < count {
            let value = survivingExponential(partialLanes(x + end, count - end) - centre)
            for index in end..<count {
                x[index] = value[index - end]
                sum += value[index - end]
            }
        }
        let share = 1 / sum
        for index in 0..<count { x[index] *= share }
    }

    /// eˣ, and 0 below −87, where `exponential` would stay at e⁻⁸⁷.
    @inline(__always)
    private static func survivingExponential(_ x: Lanes) -> Lanes {
        exponential(x).replacing(with: Lanes.zero, where: x .< Lanes(repeating: -87))
    }
}

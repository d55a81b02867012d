public import Tensors

/// Softmax of the rows of [R, C].
public enum Softmax {
    /// row = e^{x − max x} / Σ, in place.
    public static func forward(_ rows: Tensor, team: WorkerTeam) {
        let width = rows.shape.last
        shareRows(rows.shape.rows, 4 * width, team) { row in softmax(rows.pointer + row * width, width) }
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
    static func survivingExponential(_ x: Lanes) -> Lanes {
        exponential(x).replacing(with: Lanes.zero, where: x .< Lanes(repeating: -87))
    }
}

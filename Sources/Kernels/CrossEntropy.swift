internal import Glibc
public import Tensors

/// Cross-entropy of softmax rows against one class each, with label smoothing.
public enum CrossEntropy {
    /// Returns Σ_r w_r·[(1 − ε)·(−ln p_r[t_r]) + ε·mean_c(−ln p_r[c])] and leaves its gradient in `logits` [R, C].
    ///
    /// Rows of weight 0 add nothing. `allowed(row, c)` excludes classes that a row must not speak of: they get no
    /// probability and no gradient. The sums are in double precision.
    public static func lossAndGradient(
        _ logits: Tensor, targets: [Int], weights: [Float], smoothing: Float = 0,
        allowed: ((Int, Int) -> Bool)? = nil
    ) -> Double {
        let width = logits.shape.last
        precondition(
            targets.count == logits.shape.rows && weights.count == targets.count,
            "\(targets.count) targets, \(weights.count) weights for logits \(logits.shape)")
        var total = 0.0
        for (row, target) in targets.enumerated() {
            let line = logits.pointer + row * width
            guard weights[row] != 0 else {
                line.update(repeating: 0, count: width)
                continue
            }
            precondition(target >= 0 && target < width, "class \(target) of \(width)")
            total +=
                Double(weights[row])
                * oneRow(line, width, target, weights[row], smoothing, allowed.map { allowed in { allowed(row, $0) } })
        }
        return total
    }

    private static func oneRow(
        _ x: UnsafeMutablePointer<Float>, _ width: Int, _ target: Int, _ weight: Float, _ smoothing: Float,
        _ allowed: ((Int) -> Bool)?
    ) -> Double {
        let hit = Double(x[target]), end = width / Doubles.scalarCount * Doubles.scalarCount
        var classes = width
        if let allowed {
            for column in 0..<width where !allowed(column) {
                x[column] = -.infinity
                classes -= 1
            }
        }
        var largest = -Float.infinity
        for column in 0..<width { largest = max(largest, x[column]) }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: end + Doubles.scalarCount) { memory in
            // eˣ of the row, a register beyond its end included.
            let powers = memory.baseAddress!, centre = Doubles(repeating: Double(largest))
            var sums = Doubles.zero
            for column in stride(from: 0, through: end, by: Doubles.scalarCount) {
                var eight = SIMD8<Float>(repeating: -.infinity)
                if column < end {
                    eight = UnsafeRawPointer(x + column).loadUnaligned(as: SIMD8<Float>.self)
                } else {
                    for index in end..<width { eight[index - end] = x[index] }
                }
                let power = exponential(Doubles(eight) - centre)
                sums += power
                UnsafeMutableRawPointer(powers + column).storeBytes(of: power, as: Doubles.self)
            }
            let sum = sums.sum(), normaliser = Double(largest) + log(sum), share = 1 / sum
            let ε = Double(smoothing), everyAim = ε / Double(classes)
            var mean = 0.0
            if ε > 0 {
                for column in 0..<width where allowed?(column) ?? true { mean += Double(x[column]) / Double(classes) }
            }
            for column in 0..<width { x[column] = weight * Float(powers[column] * share - everyAim) }
            if let allowed { for column in 0..<width where !allowed(column) { x[column] = 0 } }
            if allowed?(target) ?? true { x[target] = weight * Float(powers[target] * share - everyAim - (1 - ε)) }
            return (1 - ε) * (normaliser - hit) + ε * (normaliser - mean)
        }
    }
}

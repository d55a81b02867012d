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
                * oneRow(line, width, target, weights[row], smoothing) { column in
                    allowed?(row, column) ?? true
                }
        }
        return total
    }

    private static func oneRow(
        _ x: UnsafeMutablePointer<Float>, _ width: Int, _ target: Int, _ weight: Float, _ smoothing: Float,
        _ allowed: (Int) -> Bool
    ) -> Double {
        var largest = -Float.infinity
        var classes = 0
        for column in 0..<width where allowed(column) {
            largest = max(largest, x[column])
            classes += 1
        }
        var sum = 0.0, meanLogit = 0.0
        for column in 0..<width where allowed(column) {
            sum += exp(Double(x[column] - largest))
            meanLogit += Double(x[column]) / Double(classes)
        }
        let normaliser = Double(largest) + log(sum)
        let (ε, hit) = (Double(smoothing), Double(x[target]))
        for column in 0..<width {
            guard allowed(column) else {
                x[column] = 0
                continue
            }
            let aim = ε / Double(classes) + (column == target ? 1 - ε : 0)
            x[column] = weight * Float(exp(Double(x[column]) - normaliser) - aim)
        }
        return (1 - ε) * (normaliser - hit) + ε * (normaliser - meanLogit)
    }
}

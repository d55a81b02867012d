internal import Foundation

/// Corrections for many comparisons, and how many seeds an effect needs.
public enum Comparisons {
    /// Holm's adjusted p values: the i-th smallest of m times m − i + 1, made rising (Holm 1979).
    public static func holm(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var (result, highest) = (values, 0.0)
        for (place, index) in order.enumerated() {
            highest = max(highest, min(1, values[index] * Double(values.count - place)))
            result[index] = highest
        }
        return result
    }

    /// Seeds that show an effect with 80 % power at the two-sided 5 % level: ⌈((1.96 + 0.84)·σ/effect)²⌉, at least 3.
    public static func seedsNeeded(deviation: Double, effect: Double) -> Int {
        let ratio = (1.959964 + 0.841621) * deviation / effect
        return max(3, Int((ratio * ratio).rounded(.up)))
    }
}

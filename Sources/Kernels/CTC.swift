internal import Glibc
public import Tensors

/// Connectionist temporal classification (Graves et al. 2006): the loss of a label sequence under column posteriors,
/// summed over all alignments. Class 0 is the blank.
public enum CTC {
    /// The fewest columns that can carry `labels`: one a label, and a blank between equal neighbours.
    public static func columnsNeeded(by labels: [Int]) -> Int {
        labels.count + zip(labels, labels.dropFirst()).count { $0 == $1 }
    }

    /// Returns −ln P(labels | logits) and replaces `logits` [T, C] by `weight` times its gradient.
    ///
    /// The gradient of column t and class k is p_t(k) − P(an alignment has k at t | labels). `allowed` excludes classes
    /// that the loss must not speak of. In double precision and logarithms: columns are few, and the loss decides.
    public static func lossAndGradient(
        _ logits: Tensor, labels: [Int], weight: Float, allowed: ((Int) -> Bool)? = nil
    ) -> Double {
        let (columns, classes) = (logits.shape[0], logits.shape[1])
        precondition(
            columnsNeeded(by: labels) <= columns, "\(labels.count) labels cannot be written into \(columns) columns")
        let logP = logProbabilities(logits, allowed)
        let extended = [0] + labels.flatMap { [$0, 0] }
        let α = forwardVariables(logP, extended, columns, classes)
        let β = backwardVariables(logP, extended, columns, classes)
        let states = extended.count
        let last = (columns - 1) * states
        let logLikelihood = logSum(α[last + states - 1], states > 1 ? α[last + states - 2] : -.infinity)
        for t in 0..<columns {
            var occupancy = [Double](repeating: 0, count: classes)
            for (s, label) in extended.enumerated() {
                let path = α[t * states + s] + β[t * states + s]
                if path > -.infinity { occupancy[label] += exp(path - logLikelihood) }
            }
            for k in 0..<classes {
                let p = exp(logP[t * classes + k])
                logits.pointer[t * classes + k] = weight * Float(p - occupancy[k])
            }
        }
        return -logLikelihood
    }

    /// α_t(s): log-probability of all prefixes of alignments that are in state s at column t, that column included.
    private static func forwardVariables(
        _ logP: [Double], _ extended: [Int], _ columns: Int, _ classes: Int
    ) -> [Double] {
        let states = extended.count
        var α = [Double](repeating: -.infinity, count: columns * states)
        α[0] = logP[0]
        if states > 1 { α[1] = logP[extended[1]] }
        for t in 1..<max(columns, 1) {
            for s in 0..<states {
                var sum = α[(t - 1) * states + s]
                if s >= 1 { sum = logSum(sum, α[(t - 1) * states + s - 1]) }
                if maySkip(extended, s) { sum = logSum(sum, α[(t - 1) * states + s - 2]) }
                α[t * states + s] = sum + logP[t * classes + extended[s]]
            }
        }
        return α
    }

    /// β_t(s): log-probability of all suffixes that follow state s at column t, that column excluded.
    private static func backwardVariables(
        _ logP: [Double], _ extended: [Int], _ columns: Int, _ classes: Int
    ) -> [Double] {
        let states = extended.count
        var β = [Double](repeating: -.infinity, count: columns * states)
        β[(columns - 1) * states + states - 1] = 0
        if states > 1 { β[(columns - 1) * states + states - 2] = 0 }
        for t in stride(from: columns - 2, through: 0, by: -1) {
            let next = (t + 1) * states
            for s in 0..<states {
                var sum = β[next + s] + logP[(t + 1) * classes + extended[s]]
                if s + 1 < states {
                    sum = logSum(sum, β[next + s + 1] + logP[(t + 1) * classes + extended[s + 1]])
                }
                if s + 2 < states, maySkip(extended, s + 2) {
                    sum = logSum(sum, β[next + s + 2] + logP[(t + 1) * classes + extended[s + 2]])
                }
                β[t * states + s] = sum
            }
        }
        return β
    }

    /// Whether state s may follow s − 2: a label that differs from the one before.
    private static func maySkip(_ extended: [Int], _ s: Int) -> Bool {
        s >= 2 && extended[s] != 0 && extended[s] != extended[s - 2]
    }

    private static func logProbabilities(_ logits: Tensor, _ allowed: ((Int) -> Bool)?) -> [Double] {
        let (columns, classes) = (logits.shape[0], logits.shape[1])
        var result = [Double](repeating: -.infinity, count: columns * classes)
        for t in 0..<columns {
            var largest = -Double.infinity, sum = 0.0
            for k in 0..<classes where allowed?(k) ?? true {
                result[t * classes + k] = Double(logits.pointer[t * classes + k])
                largest = max(largest, result[t * classes + k])
            }
            for k in 0..<classes { sum += exp(result[t * classes + k] - largest) }
            let normaliser = largest + log(sum)
            for k in 0..<classes { result[t * classes + k] -= normaliser }
        }
        return result
    }

    /// ln(eᵃ + eᵇ).
    private static func logSum(_ a: Double, _ b: Double) -> Double {
        let larger = max(a, b)
        guard larger > -.infinity else { return -.infinity }
        return larger + log1p(exp(min(a, b) - larger))
    }
}

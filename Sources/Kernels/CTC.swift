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
        let alignments = CTCAlignments(labels, columns: columns)
        let logP = LogRows(columns, classes), emissions = LogRows(columns, alignments.states)
        for t in 0..<columns {
            takeLogProbabilities(of: logits.pointer + t * classes, classes, allowed, into: logP, t)
            for (s, label) in alignments.extended.enumerated() { emissions[t, s] = logP[t, label] }
        }
        let α = alignments.forward(emissions), β = alignments.backward(emissions)
        let logLikelihood = alignments.logLikelihood(α), none = Doubles(repeating: -.infinity)
        var occupancy = [Double](repeating: 0, count: classes)
        for t in 0..<columns {
            for s in stride(from: 0, to: alignments.states, by: Doubles.scalarCount) {
                let path = α[lanes: t, s] + β[lanes: t, s]
                let share = (path - Doubles(repeating: logLikelihood)).replacing(with: none, where: path .== none)
                α[lanes: t, s] = exponential(share)
            }
            for k in 0..<classes { occupancy[k] = 0 }
            for (s, label) in alignments.extended.enumerated() { occupancy[label] += α[t, s] }
            for k in stride(from: 0, to: classes, by: Doubles.scalarCount) {
                logP[lanes: t, k] = exponential(logP[lanes: t, k])
            }
            for k in 0..<classes {
                logits.pointer[t * classes + k] = weight * Float(logP[t, k] - occupancy[k])
            }
        }
        return -logLikelihood
    }

    /// Row t = ln of the softmax over the allowed classes; −∞ for all others.
    private static func takeLogProbabilities(
        of logits: UnsafeMutablePointer<Float>, _ classes: Int, _ allowed: ((Int) -> Bool)?, into logP: LogRows,
        _ t: Int
    ) {
        var largest = -Double.infinity, sums = Doubles.zero
        for k in 0..<classes where allowed?(k) ?? true {
            logP[t, k] = Double(logits[k])
            largest = max(largest, logP[t, k])
        }
        for k in stride(from: 0, to: classes, by: Doubles.scalarCount) {
            sums += exponential(logP[lanes: t, k] - Doubles(repeating: largest))
        }
        let normaliser = largest + log(sums.sum())
        for k in stride(from: 0, to: classes, by: Doubles.scalarCount) {
            logP[lanes: t, k] -= Doubles(repeating: normaliser)
        }
    }
}

internal import Kernels
internal import Tensors

/// The three losses of SPEC §1. Each returns its part of the batch's mean and leaves its weighted gradient in the logits.
enum Losses {
    /// L_ID: cross-entropy of the identity. Logits [N, 1, I].
    static func identity(_ logits: Tensor, _ batch: TrainingBatch, share: Float, weight: Float) -> Double {
        let shares = [Float](repeating: share, count: batch.count)
        let loss = CrossEntropy.lossAndGradient(logits, targets: batch.identities, weights: shares)
        scale(logits, by: weight, team: .solo)
        return loss
    }

    /// L_CTC: −ln P(sequence | columns), not divided by the length. Logits [N, T, K + 1].
    static func ctc(
        _ logits: Tensor, _ batch: TrainingBatch, share: Float, weight: Float, team: WorkerTeam
    ) -> Double {
        var losses = [Double](repeating: 0, count: batch.count)
        losses.withUnsafeMutableBufferPointer { losses in
            nonisolated(unsafe) let losses = losses
            team.ranges(batch.count) { range in
                for n in range {
                    let known = batch.knownTokens[n]
                    let picture = logits.slice(n..<n + 1)
                    losses[n] = CTC.lossAndGradient(
                        picture.reshaped(logits.shape[1], logits.shape[2]), labels: batch.sequences[n],
                        weight: share * weight, allowed: known.map { known in { known[$0] } })
                }
            }
        }
        return losses.reduce(0, +) * Double(share)
    }

    /// L_AT: cross-entropy over the labels and the first end mark, mean over a picture's positions. Logits [R, K + 1], those
    /// of a picture's labels and end mark behind those of the picture before.
    static func attention(
        _ logits: Tensor, _ batch: TrainingBatch, share: Float, _ weights: LossWeights
    ) -> Double {
        let targets = batch.sequences.flatMap { $0 + [ModelDimensions.endToken] }
        let shares = batch.sequences.flatMap { labels in
            Array(repeating: share / Float(labels.count + 1), count: labels.count + 1)
        }
        let pictures = batch.sequences.enumerated().flatMap { n, labels in
            Array(repeating: n, count: labels.count + 1)
        }
        let hasUnknown = batch.knownTokens.contains { $0 != nil }
        let loss = CrossEntropy.lossAndGradient(
            logits, targets: targets, weights: shares, smoothing: weights.labelSmoothing,
            allowed: hasUnknown ? { batch.knownTokens[pictures[$0]]?[$1] ?? true } : nil)
        scale(logits, by: weights.attributes, team: .solo)
        return loss
    }
}

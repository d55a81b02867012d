public import Tensors

/// A micro-batch of labelled pictures.
public struct TrainingBatch {
    /// Normalised pixels [N, H, W, 3].
    public var pictures: Tensor

    /// Class of each picture's identity.
    public var identities: [Int]

    /// Label sequence of each picture, ascending tokens 1…K.
    public var sequences: [[Int]]

    /// For each picture, the tokens its labels know of (index 0…K); nil where all are known.
    public var knownTokens: [[Bool]?]

    /// Position of each picture in the run's endless stream of samples.
    public var positions: [UInt64]

    /// A batch from its parts.
    public init(
        pictures: Tensor, identities: [Int], sequences: [[Int]], knownTokens: [[Bool]?], positions: [UInt64]
    ) {
        (self.pictures, self.identities, self.sequences) = (pictures, identities, sequences)
        (self.knownTokens, self.positions) = (knownTokens, positions)
    }

    /// Number of pictures.
    public var count: Int { identities.count }
}

/// What the three losses count for.
public struct LossWeights: Equatable, Sendable {
    /// λ: the weight of the identity loss.
    public var identity: Float

    /// The weight of L_CTC + L_AT.
    public var attributes: Float = 1

    /// ε of label smoothing in L_AT.
    public var labelSmoothing: Float = 0

    /// Weights with the given λ.
    public init(identity: Float) { self.identity = identity }
}

/// The parts of L = λ·L_ID + L_CTC + L_AT, unweighted, as sums over pictures divided by the global batch.
public struct LossParts: Equatable, Sendable {
    /// Cross-entropy of the identity.
    public var identity = 0.0

    /// −ln P(sequence | columns).
    public var ctc = 0.0

    /// Cross-entropy of the decoder, mean over a picture's positions 1…U + 1.
    public var attention = 0.0

    /// No loss.
    public init() {}

    /// λ·L_ID + w·(L_CTC + L_AT).
    public func total(_ weights: LossWeights) -> Double {
        Double(weights.identity) * identity + Double(weights.attributes) * (ctc + attention)
    }

    /// The sum of both, part by part.
    public static func + (left: LossParts, right: LossParts) -> LossParts {
        var sum = left
        sum.identity += right.identity
        sum.ctc += right.ctc
        sum.attention += right.attention
        return sum
    }
}

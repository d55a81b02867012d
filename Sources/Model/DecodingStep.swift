/// One step of decoding a sequence: what was emitted, and where the decoder looked for it.
public struct DecodingStep: Sendable, Equatable {
    /// The emitted token; 0 is the end mark.
    public let token: Int

    /// Its probability, given the tokens before it.
    public let probability: Float

    /// Attention of the last decoder layer over the columns, [h][T]; a head's sums to 1.
    public let attention: [[Float]]

    /// The mean over the heads, [T]; sums to 1.
    public var meanAttention: [Float] {
        guard let first = attention.first else { return [] }
        return first.indices.map { column in
            attention.reduce(0) { $0 + $1[column] } / Float(attention.count)
        }
    }
}

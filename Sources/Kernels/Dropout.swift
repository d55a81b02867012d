public import Tensors

/// Whose random numbers a sample uses: they belong to its place in the run, not to the rank that computes it.
public struct SampleRandomness: Sendable {
    /// The run's seed.
    public let seed: UInt64

    /// For each sample of the micro-batch, its position in the endless stream of samples.
    public let positions: [UInt64]

    /// The numbers of `positions` under `seed`.
    public init(seed: UInt64, positions: [UInt64]) { (self.seed, self.positions) = (seed, positions) }
}

/// Inverted dropout: x ← x·b/(1 − p), b = 1 with probability 1 − p. Srivastava et al. 2014.
public struct Dropout: Sendable {
    /// Probability of a zero, a multiple of 2⁻¹⁶.
    public let probability: Float

    /// Which dropout of the model it is: part of the counter.
    public let site: UInt32

    private let threshold: UInt32

    /// Dropout number `site` of the model.
    public init(probability: Float, site: UInt32) {
        precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0 ..< 1")
        threshold = UInt32((probability * 65536).rounded())
        self.probability = Float(threshold) / 65536
        self.site = site
    }

    /// What survivors are multiplied with.
    public var factor: Float { 1 / (1 - probability) }

    /// Masks a tensor [N, …] in place, of which sample n has the numbers of position n. Called on the gradient, it is
    /// its own backward: the mask is drawn again, not kept.
    public func apply(_ tensor: Tensor, _ randomness: SampleRandomness, team: WorkerTeam) {
        guard threshold > 0 else { return }
        let samples = tensor.shape[0], length = tensor.count / max(samples, 1)
        precondition(
            samples <= randomness.positions.count, "\(samples) samples, \(randomness.positions.count) positions")
        let chunk = 4096
        let chunks = (length + chunk - 1) / chunk
        team.ranges(samples * chunks) { range in
            for index in range {
                let (sample, part) = index.quotientAndRemainder(dividingBy: chunks)
                let low = part * chunk
                mask(
                    tensor.pointer + sample * length, low..<min(length, low + chunk), randomness.seed,
                    randomness.positions[sample])
            }
        }
    }

    /// Elements 8i … 8i+7 take the eight half words of the i-th Philox block.
    private func mask(
        _ x: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ seed: UInt64, _ position: UInt64
    ) {
        let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let purpose = RandomPurpose.dropout.rawValue | site << 8
        let (low, high) = (UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32))
        let factor = self.factor
        var element = range.lowerBound
        while element < range.upperBound {
            let words = RandomStream.philox(SIMD4(UInt32(element / 8), purpose, low, high), key: key)
            let count = min(8, range.upperBound - element)
            for index in 0..<count {
                let half = (words[index >> 1] >> (UInt32(index & 1) * 16)) & 0xFFFF
                x[element + index] = half < threshold ? 0 : x[element + index] * factor
            }
            element += count
        }
    }
}

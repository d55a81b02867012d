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

    /// Masks a tensor [N, …] in place, of which sample n has the numbers of position n; of [R, …], where `rows` are given,
    /// sample n is the rows of sequence n. Called on the gradient, it is its own backward: the mask is drawn again, not kept.
    public func apply(
        _ tensor: Tensor, _ randomness: SampleRandomness, rows: SequenceRows? = nil, team: WorkerTeam
    ) {
        guard threshold > 0 else { return }
        let rows = rows ?? SequenceRows(count: tensor.shape[0], length: 1)
        precondition(rows.total == tensor.shape[0], "\(tensor.shape) for sequences of \(rows.total) rows")
        precondition(
            rows.count <= randomness.positions.count, "\(rows.count) samples, \(randomness.positions.count) positions")
        let line = tensor.count / max(tensor.shape[0], 1)
        let chunk = 4096
        let chunks = (rows.longest * line + chunk - 1) / chunk
        team.ranges(rows.count * chunks) { range in
            for index in range {
                let (sample, part) = index.quotientAndRemainder(dividingBy: chunks)
                let own = rows[sample], low = part * chunk, high = min(own.count * line, low + chunk)
                guard low < high else { continue }
                mask(
                    tensor.pointer + own.lowerBound * line, low..<high, randomness.seed, randomness.positions[sample])
            }
        }
    }

    /// Masks a part of a sample alone: the elements of sample number `sample` from `first` on, as if they were masked with
    /// the whole [N, …].
    public func apply(_ part: Tensor, from first: Int, ofSample sample: Int, _ randomness: SampleRandomness) {
        guard threshold > 0 else { return }
        let count = randomness.positions.count
        precondition((0..<count).contains(sample), "sample \(sample) of \(count) positions")
        mask(part.pointer - first, first..<first + part.count, randomness.seed, randomness.positions[sample])
    }

    /// Elements 8i … 8i+7 take the eight half words of the i-th Philox block; eight blocks are drawn at a time.
    private func mask(
        _ x: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ seed: UInt64, _ position: UInt64
    ) {
        let purpose = UInt64(RandomPurpose.dropout.rawValue | site << 8)
        let counter = (purpose, position & 0xFFFF_FFFF, position >> 32)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 16) { words in
            let halves = UnsafeMutableRawPointer(words.baseAddress!).assumingMemoryBound(to: UInt16.self)
            for first in stride(from: range.lowerBound / 8 * 8, to: range.upperBound, by: 64) {
                Self.philox(firstBlock: UInt64(first / 8), counter, seed, into: words.baseAddress!)
                let line = x + first
                let (limit, factor) = (UInt16(truncatingIfNeeded: threshold), self.factor)
                for index in max(0, range.lowerBound - first)..<min(64, range.upperBound - first) {
                    line[index] = halves[index] < limit ? 0 : line[index] * factor
                }
            }
        }
    }

    /// Eight blocks of Philox 4×32-10 side by side, as `RandomStream.philox` makes them one by one: block i's four words
    /// are the i-th pair of `words`, the first the lowest.
    @inline(__always)
    private static func philox(
        firstBlock: UInt64, _ counter: (UInt64, UInt64, UInt64), _ seed: UInt64,
        into words: UnsafeMutablePointer<UInt64>
    ) {
        // A plain loop, which the compiler vectorises; of `SIMD8` it makes shuffles, three times the work. High halves hold
        // whatever was left there and are masked where they count: products of low halves are a third of the work of 64 bits.
        let low: UInt64 = 0xFFFF_FFFF
        for block in 0..<8 {
            var (c0, c1, c2, c3) = (firstBlock &+ UInt64(block), counter.0, counter.1, counter.2)
            var (k0, k1) = (seed, seed >> 32)
            for _ in 0..<10 {
                let (p0, p1) = ((c0 & low) &* 0xD251_1F53, (c2 & low) &* 0xCD9E_8D57)
                (c0, c1, c2, c3) = ((p1 >> 32) ^ c1 ^ k0, p1, (p0 >> 32) ^ c3 ^ k1, p0)
                k0 &+= 0x9E37_79B9
                k1 &+= 0xBB67_AE85
            }
            words[2 * block] = (c0 & low) | (c1 << 32)
            words[2 * block + 1] = (c2 & low) | (c3 << 32)
        }
    }
}

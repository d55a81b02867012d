internal import Glibc

/// What a random number is for: part of the counter, so that no two uses share numbers.
public enum RandomPurpose: UInt32, Sendable {
    case initialisation = 1
    case permutation, flip, dropout, query, bootstrap, synthesis, test, augmentation, noise
}

/// Random numbers that belong to a counter and not to a history: Philox 4×32-10 (Salmon et al. 2011).
///
/// A stream is named by a seed, a purpose and an index (a person, a sample, a step): two ranks that ask for the same
/// one get the same numbers, whoever asked for others before.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: SIMD2<UInt32>
    private var counter: SIMD4<UInt32>
    private var block = SIMD4<UInt32>.zero
    private var used = 4

    /// The stream of `seed`, `purpose` and `index`.
    public init(seed: UInt64, _ purpose: RandomPurpose, index: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = SIMD4(
            0, purpose.rawValue, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32))
    }

    /// Four random words from a counter and a key.
    @inlinable
    public static func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) * UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) * UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// The next 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            block = Self.philox(counter, key: key)
            counter.x &+= 1
            used = 0
        }
        defer { used += 1 }
        return block[used]
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 { UInt64(nextWord()) << 32 | UInt64(nextWord()) }

    /// Uniform in [0, 1), of 24 bits.
    public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

    /// Uniform in `range`.
    public mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Normal with mean 0 and deviation 1 (Box-Muller).
    public mutating func normal() -> Float {
        let radius = (-2 * log(Double(nextWord()) * 0x1p-32 + 0x1p-33)).squareRoot()
        return Float(radius * cos(2 * .pi * Double(nextWord()) * 0x1p-32))
    }

    /// Uniform in 0 ..< `bound`, without bias that matters (64 bits scaled).
    public mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// True with probability `probability`.
    public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// An index drawn with the given weights.
    public mutating func weighted(_ weights: [Float]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// A random order of 0 ..< `count` (Fisher-Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        var last = count - 1
        while last > 0 {
            order.swapAt(last, below(last + 1))
            last -= 1
        }
        return order
    }
}

import Tensors
import Testing

@Suite("Random streams")
struct RandomStreamTests {
    /// The known-answer vectors of Random123's kat_vectors for philox4x32-10 (Salmon et al. 2011).
    @Test("Philox agrees with its published vectors")
    func knownAnswers() {
        let cases: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
            (.zero, .zero, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (
                SIMD4(repeating: .max), SIMD2(repeating: .max),
                SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]
        for (counter, key, expected) in cases { #expect(RandomStream.philox(counter, key: key) == expected) }
    }

    @Test("A stream counts its blocks, and puts seed, purpose and index where it says")
    func layout() {
        let seed: UInt64 = 0x0123_4567_89ab_cdef, index: UInt64 = 0xfedc_ba98_7654_3210
        var stream = RandomStream(seed: seed, .flip, index: index)
        for block in 0..<3 {
            let words = RandomStream.philox(
                SIMD4(UInt32(block), RandomPurpose.flip.rawValue, 0x7654_3210, 0xfedc_ba98),
                key: SIMD2(0x89ab_cdef, 0x0123_4567))
            for lane in 0..<4 { #expect(stream.nextWord() == words[lane]) }
        }
    }

    @Test("Equal streams agree; another seed, purpose or index, low or high, gives other numbers")
    func independence() {
        func start(_ seed: UInt64, _ purpose: RandomPurpose, _ index: UInt64) -> [UInt64] {
            var stream = RandomStream(seed: seed, purpose, index: index)
            return (0..<8).map { _ in stream.next() }
        }
        #expect(start(1, .test, 0) == start(1, .test, 0))
        var seen: [[UInt64]] = []
        for seed: UInt64 in [1, 2, 1 << 32] {
            for purpose in [RandomPurpose.test, .flip, .dropout, .permutation] {
                for index: UInt64 in [0, 1, 1 << 32] { seen.append(start(seed, purpose, index)) }
            }
        }
        #expect(Set(seen).count == 36)
        #expect(Set(seen.flatMap { $0 }).count == 36 * 8)
    }

    @Test("A permutation holds every number once", arguments: [0, 1, 2, 3, 10, 1000])
    func permutation(_ count: Int) {
        var stream = RandomStream(seed: 5, .permutation, index: UInt64(count))
        #expect(stream.permutation(count).sorted() == Array(0..<count))
    }

    @Test("Each of the 24 orders of four is as frequent as any other")
    func fairPermutation() {
        var counts: [[Int]: Int] = [:]
        let draws = 24_000
        for index in 0..<draws {
            var stream = RandomStream(seed: 5, .permutation, index: UInt64(index))
            counts[stream.permutation(4), default: 0] += 1
        }
        #expect(counts.count == 24)
        // 1000 expected of each, deviation 31.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 5 * 31 })
    }

    @Test("Uniform numbers lie in [0, 1) with mean ½, variance 1/12 and no memory")
    func uniform() {
        var stream = RandomStream(seed: 9, .test)
        let values = (0..<200_000).map { _ in Double(stream.uniform()) }
        let moments = Moments(values)
        #expect(values.allSatisfy { (0..<1).contains($0) })
        #expect(abs(moments.mean - 0.5) < 0.003)
        #expect(abs(moments.variance - 1.0 / 12) < 0.001)
        #expect(abs(moments.serialCorrelation) < 0.01)
        let bounded = (0..<10_000).map { _ in stream.uniform(-3...5) }
        #expect(bounded.allSatisfy { (-3...5).contains($0) })
        #expect(abs(bounded.reduce(0, +) / 10_000 - 1) < 0.12)
    }

    @Test("Normal numbers have mean 0, variance 1, no skewness and kurtosis 3")
    func normal() {
        var stream = RandomStream(seed: 9, .noise)
        let values = (0..<200_000).map { _ in Double(stream.normal()) }
        let moments = Moments(values)
        #expect(values.allSatisfy { $0.isFinite })
        #expect(abs(moments.mean) < 0.012)
        #expect(abs(moments.variance - 1) < 0.016)
        #expect(abs(moments.standardised(3)) < 0.03)
        #expect(abs(moments.standardised(4) - 3) < 0.07)
        #expect(abs(moments.serialCorrelation) < 0.012)
        #expect(abs(Double(values.count { abs($0) < 1 }) / 200_000 - 0.6827) < 0.006)
    }

    @Test("Numbers below a bound are even, chances and weights are kept")
    func discrete() {
        var stream = RandomStream(seed: 3, .test)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.below(7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        #expect(stream.below(1) == 0)
        let hits = (0..<40_000).count { _ in stream.chance(0.3) }
        #expect(abs(hits - 12_000) < 500)
        #expect(
            !(0..<1000).contains { _ in stream.chance(0) } && (0..<1000).allSatisfy { _ in stream.chance(1) })
        var drawn = [Int](repeating: 0, count: 4)
        for _ in 0..<40_000 { drawn[stream.weighted([1, 0, 2, 1])] += 1 }
        #expect(abs(drawn[0] - 10_000) < 500 && drawn[1] == 0 && abs(drawn[2] - 20_000) < 500)
    }
}

/// Central moments of a sample.
private struct Moments {
    let values: [Double], mean: Double, variance: Double

    init(_ values: [Double]) {
        self.values = values
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }

    func standardised(_ order: Int) -> Double {
        let deviation = variance.squareRoot()
        let sum = values.reduce(0) { sum, x in
            sum + (0..<order).reduce(1) { product, _ in product * (x - mean) / deviation }
        }
        return sum / Double(values.count)
    }

    var serialCorrelation: Double {
        let sum = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        return sum / Double(values.count) / variance
    }
}

import Foundation
import Tensors
import Testing

@testable import Model

@Suite("CTC decoding")
struct CTCDecoderTests {
    private func columns(_ number: Int, _ count: Int, _ classes: Int, sharpness: Float = 1) -> [[Float]] {
        var random = RandomStream(seed: 31, .test, index: UInt64(number))
        return (0..<count).map { _ in
            let powers = (0..<classes).map { _ in exp(sharpness * random.normal()) }
            return powers.map { $0 / powers.reduce(0, +) }
        }
    }

    /// The probability of every label sequence, by adding up all paths.
    private func masses(_ columns: [[Float]]) -> [[Int]: Double] {
        var paths: [([Int], Double)] = [([], 1)]
        for column in columns {
            paths = paths.flatMap { path, p in column.indices.map { (path + [$0], p * Double(column[$0])) } }
        }
        var masses: [[Int]: Double] = [:]
        for (path, p) in paths {
            var labels: [Int] = []
            for (t, label) in path.enumerated() where label != 0 && (t == 0 || path[t - 1] != label) {
                labels.append(label)
            }
            masses[labels, default: 0] += p
        }
        return masses
    }

    @Test("Prefix search with a wide beam finds the sequence of the largest mass", arguments: 0..<60)
    func prefixBeam(_ number: Int) throws {
        let columns = columns(number, 1 + number % 6, 2 + number % 3, sharpness: 0.7)
        let masses = masses(columns)
        #expect(abs(masses.values.reduce(0, +) - 1) < 1e-5)
        let best = try #require(masses.values.max())
        let found = CTCDecoder.prefixBeam(columns, width: 2000)
        #expect((masses[found] ?? 0) > best * (1 - 1e-9), "\(found)")
    }

    @Test("The likeliest sequence need not be the likeliest path")
    func sequenceAgainstPath() {
        let columns: [[Float]] = [[0.6, 0.4], [0.6, 0.4]]
        #expect(CTCDecoder.greedy(columns) == [])
        #expect(CTCDecoder.prefixBeam(columns) == [1])
    }

    @Test("Greedy decoding merges repeats, keeps those with a blank between, and drops blanks")
    func greedy() {
        func columns(_ path: [Int]) -> [[Float]] {
            path.map { best in (0..<4).map { $0 == best ? 0.7 : 0.1 } }
        }
        for (path, labels) in [
            ([0, 0, 0], []), ([1, 1, 2, 2, 0, 2], [1, 2, 2]), ([3, 0, 3, 3, 0], [3, 3]),
            ([1, 2, 1], [1, 2, 1]), ([], []),
        ] as [([Int], [Int])] {
            #expect(CTCDecoder.greedy(columns(path)) == labels)
            #expect(CTCDecoder.prefixBeam(columns(path)) == labels || path.count > 3)
        }
        #expect(CTCDecoder.greedy([[0.25, 0.25, 0.25, 0.25]]) == [], "the first of equals")
        #expect(CTCDecoder.greedy([[0, 0.2, 0.4, 0.4]]) == [2], "the first of equals")
    }

    @Test("Equal masses are decided by the labels, whatever the order of a dictionary")
    func ties() {
        let columns = [[Float]](repeating: [0, 0.5, 0.5], count: 3)
        for _ in 0..<20 { #expect(CTCDecoder.prefixBeam(columns) == [1, 2]) }
    }

    @Test("Twenty-eight columns of 36 classes decode to what sharp columns say")
    func long() {
        let path = [
            0, 1, 1, 0, 5, 5, 6, 0, 0, 12, 12, 12, 0, 20, 21, 0, 0, 30, 0, 0, 35, 35, 0, 0, 0, 0, 0, 0,
        ]
        let columns = path.map { best in (0..<36).map { Float($0 == best ? 0.93 : 0.002) } }
        #expect(CTCDecoder.prefixBeam(columns) == [1, 5, 6, 12, 20, 21, 30, 35])
        #expect(CTCDecoder.greedy(columns) == [1, 5, 6, 12, 20, 21, 30, 35])
    }
}

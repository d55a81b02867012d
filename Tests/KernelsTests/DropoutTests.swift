import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Dropout")
struct DropoutTests {
    private func masked(
        _ probability: Float, site: UInt32 = 1, seed: UInt64 = 7, positions: [UInt64], length: Int,
        team: WorkerTeam = .solo
    ) -> [[Float]] {
        let tensor = TestTensor([positions.count, length])
        tensor.view.fill(1)
        Dropout(probability: probability, site: site).apply(
            tensor.view, SampleRandomness(seed: seed, positions: positions), team: team)
        return positions.indices.map { tensor.view.slice($0..<$0 + 1).array }
    }

    @Test(
        "The share of zeros is p, survivors are 1/(1 − p), and the mean is kept",
        arguments: [Float(0.1), 0.5, 0.9])
    func share(_ probability: Float) {
        let count = 400_000
        let values = masked(probability, positions: [0, 1, 2, 3], length: count / 4).flatMap { $0 }
        let zeros = Double(values.count { $0 == 0 })
        let p = Double(Dropout(probability: probability, site: 1).probability)
        #expect(abs(p - Double(probability)) < 1e-5)
        #expect(abs(zeros / Double(count) - p) < 5 * (p * (1 - p) / Double(count)).squareRoot())
        #expect(Set(values) == [0, Dropout(probability: probability, site: 1).factor])
        #expect(abs(values.reduce(0) { $0 + Double($1) } / Double(count) - 1) < 0.03)
    }

    @Test("Eight blocks at a time are the blocks one by one", arguments: [1, 63, 64, 65, 4096, 5003])
    func blocks(_ length: Int) {
        let (seed, position) = (UInt64(0x1234_5678_9ABC_DEF0), UInt64(0xFEDC_BA98_0000_0007))
        let values = masked(0.3, site: 3, seed: seed, positions: [position], length: length)[0]
        let threshold = UInt32((Float(0.3) * 65536).rounded())
        let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        for index in 0..<length {
            let counter = SIMD4(
                UInt32(index / 8), RandomPurpose.dropout.rawValue | 3 << 8, UInt32(truncatingIfNeeded: position),
                UInt32(truncatingIfNeeded: position >> 32))
            let word = RandomStream.philox(counter, key: key)[index % 8 / 2]
            let half = index % 2 == 0 ? word & 0xFFFF : word >> 16
            #expect((values[index] == 0) == (half < threshold), "element \(index)")
        }
    }

    @Test("A part by itself has the mask of the whole", arguments: [1, 8, 49, 63, 64, 144, 333])
    func parts(_ length: Int) {
        let parts = 5
        let whole = masked(0.3, positions: [4, 9], length: parts * length)
        let dropout = Dropout(probability: 0.3, site: 1)
        for (sample, values) in whole.enumerated() {
            for part in 0..<parts {
                let alone = TestTensor([length])
                alone.view.fill(1)
                dropout.apply(
                    alone.view, from: part * length, ofSample: sample,
                    SampleRandomness(seed: 7, positions: [4, 9]))
                #expect(alone.view.array == Array(values[part * length..<(part + 1) * length]))
            }
        }
    }

    @Test("Zeros are scattered: neighbours and halves of a word do not go together")
    func independence() {
        let values = masked(0.5, positions: [9], length: 80_000)[0]
        for lag in [1, 2, 4, 8, 16] {
            let pairs = zip(values, values.dropFirst(lag)).count { $0 == 0 && $1 == 0 }
            #expect(abs(Double(pairs) / Double(values.count - lag) - 0.25) < 0.01, "lag \(lag)")
        }
        for lane in 0..<8 {
            let zeros = stride(from: lane, to: values.count, by: 8).count { values[$0] == 0 }
            #expect(abs(zeros - 5000) < 300, "lane \(lane)")
        }
    }

    @Test("A sample's mask belongs to its position: not to its place in the batch, nor to the team")
    func positions() {
        let length = 5003
        let batch = masked(0.3, positions: [4, 1 << 40, 9], length: length)
        #expect(masked(0.3, positions: [1 << 40], length: length)[0] == batch[1])
        #expect(masked(0.3, positions: [9, 4], length: length) == [batch[2], batch[0]])
        #expect(masked(0.3, positions: [4, 1 << 40, 9], length: length, team: team(3)) == batch)
        #expect(Set(batch).count == 3)
        #expect(masked(0.3, positions: [4 + 1 << 32], length: length)[0] != batch[0])
    }

    @Test("Sequences of several lengths have the masks that each has alone", arguments: [1, 3])
    func sequences(_ threads: Int) {
        let (positions, lengths, width) = ([UInt64(4), 1 << 40, 9, 2], [2, 0, 700, 1], 9)
        let tensor = TestTensor([lengths.reduce(0, +), width])
        tensor.view.fill(1)
        Dropout(probability: 0.3, site: 1).apply(
            tensor.view, SampleRandomness(seed: 7, positions: positions), rows: SequenceRows(lengths: lengths),
            team: team(threads))
        let alone = zip(positions, lengths).flatMap { masked(0.3, positions: [$0], length: $1 * width)[0] }
        #expect(tensor.view.array == alone)
    }

    @Test("Another site or seed, low or high, is another mask")
    func sitesAndSeeds() {
        let masks = [
            masked(0.5, positions: [3], length: 64), masked(0.5, site: 2, positions: [3], length: 64),
            masked(0.5, site: 256, positions: [3], length: 64),
            masked(0.5, seed: 8, positions: [3], length: 64),
            masked(0.5, seed: 7 + 1 << 32, positions: [3], length: 64),
        ]
        #expect(Set(masks).count == masks.count)
    }

    @Test("The gradient meets the mask that forward met; probability 0 changes nothing")
    func backward() {
        let forward = masked(0.4, positions: [12, 13], length: 999)
        let gradient = TestTensor.random([2, 999], seed: 1), before = gradient.view.array
        let dropout = Dropout(probability: 0.4, site: 1)
        dropout.apply(gradient.view, SampleRandomness(seed: 7, positions: [12, 13]), team: .solo)
        #expect(gradient.view.array == zip(before, forward.flatMap { $0 }).map { $0 * $1 })
        #expect(masked(0, positions: [1], length: 50)[0] == [Float](repeating: 1, count: 50))
    }
}

public import Tensors

/// A 64-bit fingerprint of the bits of a buffer: the same on every rank, and at any number of threads.
///
/// Sixteen lanes of the 32-bit round of xxHash (Collet 2012) over blocks of 64 K floats: each round is
/// one-to-one in its lane, so that no single changed word goes unseen. Not made to withstand an opponent.
public enum BufferHash {
    private static let block = 1 << 16

    /// The fingerprint of `buffer`.
    public static func hash(_ buffer: Tensor, team: WorkerTeam) -> UInt64 {
        let blocks = (buffer.count + block - 1) / block
        var parts = [UInt64](repeating: 0, count: blocks)
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            team.ranges(blocks) { range in
                for index in range {
                    let start = index * block
                    let length = min(block, buffer.count - start)
                    parts[index] = hash(UnsafeRawPointer(buffer.pointer + start), words: length)
                }
            }
        }
        return parts.reduce(mix(UInt64(buffer.count))) { mix($0 &* 0x9E37_79B9_7F4A_7C15 ^ $1) }
    }

    private static func hash(_ base: UnsafeRawPointer, words: Int) -> UInt64 {
        var lanes = SIMD16<UInt32>(repeating: 0x9E37_79B1)
        for lane in 0..<16 { lanes[lane] &+= UInt32(lane) &* 0xC2B2_AE3D }
        let whole = words / 16 * 16
        for start in stride(from: 0, to: whole, by: 16) {
            round(&lanes, base.loadUnaligned(fromByteOffset: 4 * start, as: SIMD16<UInt32>.self))
        }
        if whole < words {
            var rest = SIMD16<UInt32>.zero
            for index in whole..<words {
                rest[index - whole] = base.load(fromByteOffset: 4 * index, as: UInt32.self)
            }
            round(&lanes, rest)
        }
        var result = UInt64(words)
        for lane in 0..<16 { result = mix(result &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(lanes[lane])) }
        return result
    }

    @inline(__always)
    private static func round(_ lanes: inout SIMD16<UInt32>, _ words: SIMD16<UInt32>) {
        let sum = lanes &+ words &* SIMD16(repeating: 0x85EB_CA77)
        lanes = ((sum &<< 13) | (sum &>> 19)) &* SIMD16(repeating: 0x9E37_79B1)
    }

    /// The finaliser of SplitMix64 (Steele et al. 2014): one-to-one.
    private static func mix(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

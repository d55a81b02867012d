import Tensors

/// Seeded damage to the bytes of a good file.
struct Damage {
    private var random: RandomStream

    /// The damage numbered `index`, the same on every machine.
    init(_ index: Int) { random = RandomStream(seed: 4, .test, index: UInt64(index)) }

    /// The bytes cut off, flipped, overwritten with numbers that claim much, removed, doubled or replaced.
    mutating func apply(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        func place(_ random: inout RandomStream) -> Int { random.below(max(bytes.count, 1)) }
        let start = place(&random)
        let end = min(bytes.count, start + 1 + random.below(40))
        switch random.below(7) {
        case 0: return Array(bytes.prefix(start))
        case 1: for _ in 0...random.below(8) { bytes[place(&random)] ^= 1 << UInt8(random.below(8)) }
        case 2:
            let claims: [[UInt8]] = [
                [255, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 128], [0, 0, 0, 0], [0, 0, 0, 16],
            ]
            bytes.replaceSubrange(start..<min(bytes.count, start + 4), with: claims[random.below(claims.count)])
        case 3: bytes.removeSubrange(start..<end)
        case 4: bytes.insert(contentsOf: bytes[start..<end], at: start)
        case 5: for index in start..<end { bytes[index] = UInt8(random.below(256)) }
        default: bytes.insert(contentsOf: (0...random.below(64)).map { _ in UInt8(random.below(256)) }, at: start)
        }
        return bytes
    }

    /// A number below `count`.
    mutating func below(_ count: Int) -> Int { random.below(count) }
}

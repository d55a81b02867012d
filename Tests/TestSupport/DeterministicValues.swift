/// The numbers of `Tests/Fixtures/deterministic.py`: both sides make them, no fixture holds them.
public enum DeterministicValues {
    /// float32(u·scale) of each element, u in [−1, 1) from splitmix64 over the FNV-1a of the name.
    public static func values(_ name: String, count: Int, scale: Double) -> [Float] {
        units(name, count).map { Float($0 * scale) }
    }

    /// The test value of a parameter, by its path and its extents in PyTorch's order.
    public static func parameter(_ name: String, shape: [Int]) -> [Float] {
        let u = units(name, shape.reduce(1, *))
        let last = name.split(separator: ".").last ?? ""
        if shape.count > 1 {
            let fanIn = shape.dropFirst().reduce(1, *)
            let scale = name == "embedding.weight" ? 1 : (3 / Double(fanIn)).squareRoot()
            return u.map { Float($0 * scale) }
        }
        if last.contains("bias") { return u.map { Float(0.1 * $0) } }
        let centre = name.hasSuffix("bn3.weight") ? 0.25 : 1
        return u.map { Float(centre + 0.1 * $0) }
    }

    private static func units(_ name: String, _ count: Int) -> [Double] {
        let seed = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (0..<count).map { index in
            var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return Double(z >> 40) / 8_388_608 - 1
        }
    }
}

/// [O, k, k, I] of values in PyTorch's order [O, I, k, k].
public func outputHeightWidthInput<Number>(_ values: [Number], shape: [Int]) -> [Number] {
    let (outputs, inputs, places) = (shape[0], shape[1], shape[2] * shape[3])
    var result: [Number] = []
    result.reserveCapacity(values.count)
    for o in 0..<outputs {
        for place in 0..<places {
            for i in 0..<inputs { result.append(values[(o * inputs + i) * places + place]) }
        }
    }
    return result
}

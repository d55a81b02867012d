/// Eight numbers in double precision: what losses are computed in.
typealias Doubles = SIMD8<Double>

extension SIMD8<Double> {
    /// `self · a + b`, in one instruction where the level has one.
    @inline(__always)
    func timesPlus(_ a: Self, _ b: Self) -> Self {
        #if JCM_LEVEL_V3 || JCM_LEVEL_V4 || arch(arm64)
            return b.addingProduct(self, a)
        #else
            return self * a + b
        #endif
    }

    /// The larger of each pair.
    @inline(__always)
    func largest(_ other: Self) -> Self { replacing(with: other, where: other .> self) }
}

/// eˣ of each, relative error below 1e-15; 0 below −708, where a loss has nothing to tell any more. x is at most 709.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2; eʳ by its series up to r¹³, 2ⁿ by the exponent's bits, as for single precision.
@inline(__always)
func exponential(_ argument: Doubles) -> Doubles {
    let least = Doubles(repeating: -708)
    let x = argument.replacing(with: least, where: argument .< least)
    let magic = Doubles(repeating: 0x1.8p52)
    let shifted = x.timesPlus(Doubles(repeating: 1.442_695_040_888_963_4), magic)
    let n = shifted - magic
    // ln 2 in two parts, the first of which ends in 20 zeros: n times it is exact (Cody and Waite 1980).
    var r = n.timesPlus(Doubles(repeating: -0x1.62e42fefp-1), x)
    r = n.timesPlus(Doubles(repeating: -0x1.473de6af278edp-34), r)
    var p = Doubles(repeating: 1 / 6_227_020_800)
    p = p.timesPlus(r, Doubles(repeating: 1 / 479_001_600))
    p = p.timesPlus(r, Doubles(repeating: 1 / 39_916_800))
    p = p.timesPlus(r, Doubles(repeating: 1 / 3_628_800))
    p = p.timesPlus(r, Doubles(repeating: 1 / 362_880))
    p = p.timesPlus(r, Doubles(repeating: 1 / 40_320))
    p = p.timesPlus(r, Doubles(repeating: 1 / 5040))
    p = p.timesPlus(r, Doubles(repeating: 1 / 720))
    p = p.timesPlus(r, Doubles(repeating: 1 / 120))
    p = p.timesPlus(r, Doubles(repeating: 1 / 24))
    p = p.timesPlus(r, Doubles(repeating: 1 / 6))
    p = p.timesPlus(r, Doubles(repeating: 1 / 2))
    p = p.timesPlus(r, Doubles(repeating: 1))
    p = p.timesPlus(r, Doubles(repeating: 1))
    let bits = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &- SIMD8(repeating: 0x4338_0000_0000_0000)
    let power = unsafeBitCast((bits &+ SIMD8(repeating: 1023)) &<< SIMD8(repeating: 52), to: Doubles.self)
    return (p * power).replacing(with: Doubles.zero, where: argument .< least)
}

/// ln(eᵃ + eᵇ + eᶜ) of each; −∞ where all three are. Error below 1e-15, or below 1e-15 of a result larger than 1.
@inline(__always)
func logSum(_ a: Doubles, _ b: Doubles, _ c: Doubles) -> Doubles {
    let largest = a.largest(b).largest(c), nothing = largest .== Doubles(repeating: -.infinity)
    let centre = largest.replacing(with: Doubles.zero, where: nothing)
    let sum = exponential(a - centre) + exponential(b - centre) + exponential(c - centre)
    return (centre + logarithm(sum)).replacing(with: Doubles(repeating: -.infinity), where: nothing)
}

/// ln x of each, 1 ≤ x ≤ 3: 2·artanh((y − 1) / (y + 1)) by its series, y being x or x / 2, whichever is nearer to 1.
@inline(__always)
private func logarithm(_ x: Doubles) -> Doubles {
    let isFar = x .> Doubles(repeating: 1.5), one = Doubles(repeating: 1)
    let y = x.replacing(with: x * Doubles(repeating: 0.5), where: isFar)
    let z = (y - one) / (y + one), square = z * z
    var p = Doubles(repeating: 2 / 25)
    p = p.timesPlus(square, Doubles(repeating: 2 / 23))
    p = p.timesPlus(square, Doubles(repeating: 2 / 21))
    p = p.timesPlus(square, Doubles(repeating: 2 / 19))
    p = p.timesPlus(square, Doubles(repeating: 2 / 17))
    p = p.timesPlus(square, Doubles(repeating: 2 / 15))
    p = p.timesPlus(square, Doubles(repeating: 2 / 13))
    p = p.timesPlus(square, Doubles(repeating: 2 / 11))
    p = p.timesPlus(square, Doubles(repeating: 2 / 9))
    p = p.timesPlus(square, Doubles(repeating: 2 / 7))
    p = p.timesPlus(square, Doubles(repeating: 2 / 5))
    p = p.timesPlus(square, Doubles(repeating: 2 / 3))
    p = p.timesPlus(square, Doubles(repeating: 2))
    let shift = Doubles.zero.replacing(with: Doubles(repeating: 0.693_147_180_559_945_3), where: isFar)
    return z.timesPlus(p, shift)
}

internal import Glibc

/// eˣ of each lane, relative error below 2e-7 for |x| ≤ 87; arguments beyond are taken as ±87.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2; eʳ by a polynomial of degree 6, 2ⁿ by the exponent's bits. The integer part comes
/// from adding 1.5·2²³: a conversion from Float to Int would go lane by lane.
@inline(__always)
func exponential(_ argument: Lanes) -> Lanes {
    let x = argument.largest(Lanes(repeating: -87)).smallest(Lanes(repeating: 87))
    let magic = Lanes(repeating: 0x1.8p23)
    let shifted = x.timesPlus(Lanes(repeating: 1.442_695_04), magic)
    let n = shifted - magic
    var r = n.timesPlus(Lanes(repeating: -0.693_359_375), x)
    r = n.timesPlus(Lanes(repeating: 2.121_944_4e-4), r)
    var p = Lanes(repeating: 1.987_569_15e-4)
    p = p.timesPlus(r, Lanes(repeating: 1.398_199_95e-3))
    p = p.timesPlus(r, Lanes(repeating: 8.333_451_9e-3))
    p = p.timesPlus(r, Lanes(repeating: 4.166_579_6e-2))
    p = p.timesPlus(r, Lanes(repeating: 1.666_666_55e-1))
    p = p.timesPlus(r, Lanes(repeating: 5.000_000_1e-1))
    p = p.timesPlus(r * r, r + Lanes(repeating: 1))
    let bits = unsafeBitCast(shifted, to: LanesInt.self) &- LanesInt(repeating: 0x4B40_0000)
    let power = (bits &+ LanesInt(repeating: 127)) &<< LanesInt(repeating: 23)
    return p * unsafeBitCast(power, to: Lanes.self)
}

/// 1 / (1 + e⁻ˣ) of each lane.
@inline(__always)
func logistic(_ x: Lanes) -> Lanes {
    let one = Lanes(repeating: 1)
    return one / (one + exponential(-x))
}

/// tanh x of each lane, as 2 / (1 + e⁻²ˣ) − 1: absolute error below 2e-7.
@inline(__always)
func hyperbolicTangent(_ x: Lanes) -> Lanes {
    let two = Lanes(repeating: 2)
    return two / (Lanes(repeating: 1) + exponential(x * -two)) - Lanes(repeating: 1)
}

/// x ← σ(x) of `count` elements. A loop of its own: several exponentials in one body are more than what is inlined, and a
/// call hands a register over in quarters.
func applyLogistic(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    forLanes(count) { index, load, store in store(logistic(load(x + index)), x + index) }
}

/// x ← tanh x of `count` elements.
func applyHyperbolicTangent(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    forLanes(count) { index, load, store in store(hyperbolicTangent(load(x + index)), x + index) }
}

/// The transforms of F(4, 3): four outputs from six inputs by six products instead of twelve. Points 0, ±1, ±2, ∞.
enum WinogradFour: WinogradPoints {
    static let outputs = 4

    @inline(__always)
    static func input(_ d: (Int) -> Lanes, _ t: (Int, Lanes) -> Void) {
        let (d1, d2, d3, d4) = (d(1), d(2), d(3), d(4))
        let even = d4.plus(-4, d2), odd = d3.plus(-4, d1)
        let far = d4 - d2, step = d3 - d1
        t(0, d4.plus(4, d(0)).plus(-5, d2))
        t(1, even + odd)
        t(2, even - odd)
        t(3, far.plus(2, step))
        t(4, far.plus(-2, step))
        t(5, d(5).plus(4, d1).plus(-5, d3))
    }

    @inline(__always)
    static func inputAdjoint(_ t: (Int) -> Lanes, _ d: (Int, Lanes) -> Void) {
        let (t0, t5) = (t(0), t(5))
        let (plus, minus) = sumAndDifference(t, 1), (plusFar, minusFar) = sumAndDifference(t, 3)
        let four = Lanes(repeating: 4)
        d(0, four * t0)
        d(1, (four * (t5 - minus)).plus(-2, minusFar))
        d(2, (-plusFar).plus(-5, t0).plus(-4, plus))
        d(3, minus.plus(2, minusFar).plus(-5, t5))
        d(4, t0 + plus + plusFar)
        d(5, t5)
    }

    @inline(__always)
    static func output(_ m: (Int) -> Lanes, _ y: (Int, Lanes) -> Void) {
        let (plus, minus) = sumAndDifference(m, 1), (plusFar, minusFar) = sumAndDifference(m, 3)
        y(0, m(0) + plus + plusFar)
        y(1, minus.plus(2, minusFar))
        y(2, plus.plus(4, plusFar))
        y(3, (minus + m(5)).plus(8, minusFar))
    }

    @inline(__always)
    static func outputAdjoint(_ y: (Int) -> Lanes, _ m: (Int, Lanes) -> Void) {
        let (y0, y1, y2, y3) = (y(0), y(1), y(2), y(3))
        let even = y0 + y2, odd = y1 + y3
        let evenFar = y0.plus(4, y2), oddFar = (y1 + y1).plus(8, y3)
        m(0, y0)
        m(1, even + odd)
        m(2, even - odd)
        m(3, evenFar + oddFar)
        m(4, evenFar - oddFar)
        m(5, y3)
    }

    static let weightRows: [(Float, Float, Float)] = [
        (1 / 4, 0, 0), (-1 / 6, -1 / 6, -1 / 6), (-1 / 6, 1 / 6, -1 / 6), (1 / 24, 1 / 12, 1 / 6),
        (1 / 24, -1 / 12, 1 / 6), (0, 0, 1),
    ]

    @inline(__always)
    static func weights(_ g: (Int) -> Lanes, _ u: (Int, Lanes) -> Void) {
        let (g0, g1, g2) = (g(0), g(1), g(2))
        let quarter = Lanes(repeating: 0.25), sixth = Lanes(repeating: 1 / 6), twelfth = Lanes(repeating: 1 / 12)
        let outer = (g0 + g2) * sixth, inner = g1 * sixth
        let outerFar = g2.plus(0.25, g0) * sixth, innerFar = g1 * twelfth
        u(0, g0 * quarter)
        u(1, -(outer + inner))
        u(2, inner - outer)
        u(3, outerFar + innerFar)
        u(4, outerFar - innerFar)
        u(5, g2)
    }

    @inline(__always)
    static func weightsAdjoint(_ u: (Int) -> Lanes, _ g: (Int, Lanes) -> Void) {
        let quarter = Lanes(repeating: 0.25), sixth = Lanes(repeating: 1 / 6)
        let (sum, difference) = sumAndDifference(u, 1), (sumFar, differenceFar) = sumAndDifference(u, 3)
        let plus = sum * sixth, plusFar = sumFar * sixth
        g(0, (u(0) + plusFar) * quarter - plus)
        g(1, (-difference * sixth).plus(1 / 12, differenceFar))
        g(2, plusFar - plus + u(5))
    }
}

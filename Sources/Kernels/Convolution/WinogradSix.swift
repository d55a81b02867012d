/// The transforms of F(6, 3): six outputs from eight inputs by eight products instead of eighteen. Points 0, ±1, ±2, ±½, ∞.
enum WinogradSix: WinogradPoints {
    static let outputs = 6

    @inline(__always)
    static func input(_ d: (Int) -> Lanes, _ t: (Int, Lanes) -> Void) {
        let (d1, d2, d3, d4, d5, d6) = (d(1), d(2), d(3), d(4), d(5), d(6))
        let even = (d2 + d6).plus(-4.25, d4), odd = (d1 + d5).plus(-4.25, d3)
        let evenFar = d6.plus(0.25, d2).plus(-1.25, d4), oddFar = (d5 + d5).plus(0.5, d1).plus(-2.5, d3)
        let evenNear = d6.plus(4, d2).plus(-5, d4), oddNear = (d1 + d1).plus(0.5, d5).plus(-2.5, d3)
        t(0, (d(0) - d6).plus(5.25, d4 - d2))
        t(1, even + odd)
        t(2, even - odd)
        t(3, evenFar + oddFar)
        t(4, evenFar - oddFar)
        t(5, evenNear + oddNear)
        t(6, evenNear - oddNear)
        t(7, (d(7) - d1).plus(5.25, d3 - d5))
    }

    @inline(__always)
    static func inputAdjoint(_ t: (Int) -> Lanes, _ d: (Int, Lanes) -> Void) {
        let (t0, t7) = (t(0), t(7)), (plus, minus) = sumAndDifference(t, 1)
        let (plusFar, minusFar) = sumAndDifference(t, 3), (plusNear, minusNear) = sumAndDifference(t, 5)
        d(0, t0)
        d(1, (minus - t7).plus(0.5, minusFar).plus(2, minusNear))
        d(2, plus.plus(0.25, plusFar).plus(4, plusNear).plus(-5.25, t0))
        d(3, (minusFar + minusNear).times(-2.5).plus(-4.25, minus).plus(5.25, t7))
        d(4, plus.times(-4.25).plus(-1.25, plusFar).plus(-5, plusNear).plus(5.25, t0))
        d(5, minus.plus(2, minusFar).plus(0.5, minusNear).plus(-5.25, t7))
        d(6, plus + plusFar + plusNear - t0)
        d(7, t7)
    }

    @inline(__always)
    static func output(_ m: (Int) -> Lanes, _ y: (Int, Lanes) -> Void) {
        let (plus, minus) = sumAndDifference(m, 1), (plusFar, minusFar) = sumAndDifference(m, 3)
        let (plusNear, minusNear) = sumAndDifference(m, 5)
        y(0, m(0) + plus + plusFar + plusNear)
        y(1, minus.plus(2, minusFar).plus(1 / 2, minusNear))
        y(2, plus.plus(4, plusFar).plus(1 / 4, plusNear))
        y(3, minus.plus(8, minusFar).plus(1 / 8, minusNear))
        y(4, plus.plus(16, plusFar).plus(1 / 16, plusNear))
        y(5, (minus + m(7)).plus(32, minusFar).plus(1 / 32, minusNear))
    }

    @inline(__always)
    static func outputAdjoint(_ y: (Int) -> Lanes, _ m: (Int, Lanes) -> Void) {
        let (y0, y1, y2, y3, y4, y5) = (y(0), y(1), y(2), y(3), y(4), y(5))
        let even = y0 + y2 + y4, odd = y1 + y3 + y5
        let evenFar = y0.plus(4, y2).plus(16, y4), oddFar = (y1 + y1).plus(8, y3).plus(32, y5)
        let evenNear = y0.plus(1 / 4, y2).plus(1 / 16, y4)
        let oddNear = y1.times(1 / 2).plus(1 / 8, y3).plus(1 / 32, y5)
        m(0, y0)
        m(1, even + odd)
        m(2, even - odd)
        m(3, evenFar + oddFar)
        m(4, evenFar - oddFar)
        m(5, evenNear + oddNear)
        m(6, evenNear - oddNear)
        m(7, y5)
    }

    static let weightRows: [(Float, Float, Float)] = [
        (1, 0, 0), (-2 / 9, -2 / 9, -2 / 9), (-2 / 9, 2 / 9, -2 / 9), (1 / 90, 1 / 45, 2 / 45),
        (1 / 90, -1 / 45, 2 / 45), (32 / 45, 16 / 45, 8 / 45), (32 / 45, -16 / 45, 8 / 45), (0, 0, 1),
    ]

    @inline(__always)
    static func weights(_ g: (Int) -> Lanes, _ u: (Int, Lanes) -> Void) {
        let (g0, g1, g2) = (g(0), g(1), g(2))
        let outer = (g0 + g2).times(2 / 9), inner = g1.times(2 / 9)
        let outerFar = g2.times(2 / 45).plus(1 / 90, g0), innerFar = g1.times(1 / 45)
        let outerNear = g2.times(8 / 45).plus(32 / 45, g0), innerNear = g1.times(16 / 45)
        u(0, g0)
        u(1, -(outer + inner))
        u(2, inner - outer)
        u(3, outerFar + innerFar)
        u(4, outerFar - innerFar)
        u(5, outerNear + innerNear)
        u(6, outerNear - innerNear)
        u(7, g2)
    }

    @inline(__always)
    static func weightsAdjoint(_ u: (Int) -> Lanes, _ g: (Int, Lanes) -> Void) {
        let (plus, minus) = sumAndDifference(u, 1), (plusFar, minusFar) = sumAndDifference(u, 3)
        let (plusNear, minusNear) = sumAndDifference(u, 5)
        g(0, u(0).plus(-2 / 9, plus).plus(1 / 90, plusFar).plus(32 / 45, plusNear))
        g(1, minus.times(-2 / 9).plus(1 / 45, minusFar).plus(16 / 45, minusNear))
        g(2, u(7).plus(-2 / 9, plus).plus(2 / 45, plusFar).plus(8 / 45, plusNear))
    }
}

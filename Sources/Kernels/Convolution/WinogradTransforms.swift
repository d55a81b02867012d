/// The one-dimensional transforms of F(4, 3), of which two make F(4×4, 3×3) (Winograd 1980; Lavin and Gray 2016), and their
/// adjoints, which carry gradients back. Points 0, ±1, ±2, ∞. Each runs over the lanes of registers.
///
/// y = Aᵗ[(G·g) ⊙ (Bᵗ·d)]: d six inputs, g three weights, y four outputs, six products instead of twelve.
enum WinogradTransforms {
    /// Six values of a transform.
    typealias Six = (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes)

    /// Four outputs.
    typealias Four = (Lanes, Lanes, Lanes, Lanes)

    /// Three weights.
    typealias Three = (Lanes, Lanes, Lanes)

    /// Room for what lies between the two dimensions.
    typealias Work = UnsafeMutablePointer<Lanes>

    /// Bᵗ·d.
    @inline(__always)
    static func input(_ d: Six) -> Six {
        let even = d.4.plus(-4, d.2), odd = d.3.plus(-4, d.1)
        let far = d.4 - d.2, step = d.3 - d.1
        return (
            d.4.plus(4, d.0).plus(-5, d.2), even + odd, even - odd, far.plus(2, step), far.plus(-2, step),
            d.5.plus(4, d.1).plus(-5, d.3)
        )
    }

    /// B·t: the adjoint of `input`.
    @inline(__always)
    static func inputAdjoint(_ t: Six) -> Six {
        let plus = t.1 + t.2, minus = t.1 - t.2, plusFar = t.3 + t.4, minusFar = t.3 - t.4
        let four = Lanes(repeating: 4)
        return (
            four * t.0, (four * (t.5 - minus)).plus(-2, minusFar), (-plusFar).plus(-5, t.0).plus(-4, plus),
            minus.plus(2, minusFar).plus(-5, t.5), t.0 + plus + plusFar, t.5
        )
    }

    /// Aᵗ·m.
    @inline(__always)
    static func output(_ m: Six) -> Four {
        let plus = m.1 + m.2, minus = m.1 - m.2, plusFar = m.3 + m.4, minusFar = m.3 - m.4
        return (m.0 + plus + plusFar, minus.plus(2, minusFar), plus.plus(4, plusFar), (minus + m.5).plus(8, minusFar))
    }

    /// A·y: the adjoint of `output`.
    @inline(__always)
    static func outputAdjoint(_ y: Four) -> Six {
        let even = y.0 + y.2, odd = y.1 + y.3
        let evenFar = y.0.plus(4, y.2), oddFar = (y.1 + y.1).plus(8, y.3)
        return (y.0, even + odd, even - odd, evenFar + oddFar, evenFar - oddFar, y.3)
    }

    /// G·g.
    @inline(__always)
    static func weights(_ g: Three) -> Six {
        let quarter = Lanes(repeating: 0.25), sixth = Lanes(repeating: 1 / 6), twelfth = Lanes(repeating: 1 / 12)
        let outer = (g.0 + g.2) * sixth, inner = g.1 * sixth
        let outerFar = g.2.plus(0.25, g.0) * sixth, innerFar = g.1 * twelfth
        return (g.0 * quarter, -(outer + inner), inner - outer, outerFar + innerFar, outerFar - innerFar, g.2)
    }

    /// Gᵗ·u: the adjoint of `weights`.
    @inline(__always)
    static func weightsAdjoint(_ u: Six) -> Three {
        let quarter = Lanes(repeating: 0.25), sixth = Lanes(repeating: 1 / 6)
        let plus = (u.1 + u.2) * sixth, plusFar = (u.3 + u.4) * sixth
        return (
            (u.0 + plusFar) * quarter - plus, ((u.2 - u.1) * sixth).plus(1 / 12, u.3 - u.4), plusFar - plus + u.5
        )
    }
}

extension Lanes {
    /// `self + factor · x` in one instruction.
    @inline(__always)
    fileprivate func plus(_ factor: Float, _ x: Lanes) -> Lanes { x.timesPlus(Lanes(repeating: factor), self) }
}

/// The transforms in both dimensions: rows first, then columns. `load` and `store` take (row, column); `work` has room for
/// 36 registers, which the callers take once for many tiles.
extension WinogradTransforms {
    /// Bᵗ·d·B: 6×6 → 6×6.
    @inline(__always)
    static func input(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        sixBySix(work, load, store) { input($0) }
    }

    /// B·t·Bᵗ: 6×6 → 6×6.
    @inline(__always)
    static func inputAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        sixBySix(work, load, store) { inputAdjoint($0) }
    }

    /// Aᵗ·m·A: 6×6 → 4×4.
    @inline(__always)
    static func output(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        for row in 0..<6 {
            let y = output((load(row, 0), load(row, 1), load(row, 2), load(row, 3), load(row, 4), load(row, 5)))
            (work[row], work[6 + row], work[12 + row], work[18 + row]) = y
        }
        for column in 0..<4 {
            let y = output(six(work + 6 * column))
            store(0, column, y.0)
            store(1, column, y.1)
            store(2, column, y.2)
            store(3, column, y.3)
        }
    }

    /// A·y·Aᵗ: 4×4 → 6×6.
    @inline(__always)
    static func outputAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        for row in 0..<4 {
            let w = outputAdjoint((load(row, 0), load(row, 1), load(row, 2), load(row, 3)))
            (work[row], work[4 + row], work[8 + row], work[12 + row]) = (w.0, w.1, w.2, w.3)
            (work[16 + row], work[20 + row]) = (w.4, w.5)
        }
        for column in 0..<6 {
            let y = work + 4 * column
            storeColumn(outputAdjoint((y[0], y[1], y[2], y[3])), column, store)
        }
    }

    /// The row of G·g·Gᵗ that belongs to a row of G: 3×3 → 6.
    @inline(__always)
    static func weights(row factors: (Float, Float, Float), load: (Int, Int) -> Lanes, store: (Int, Lanes) -> Void) {
        @inline(__always)
        func line(_ column: Int) -> Lanes {
            (load(0, column) * Lanes(repeating: factors.0)).plus(factors.1, load(1, column))
                .plus(factors.2, load(2, column))
        }
        let u = weights((line(0), line(1), line(2)))
        store(0, u.0)
        store(1, u.1)
        store(2, u.2)
        store(3, u.3)
        store(4, u.4)
        store(5, u.5)
    }

    /// The rows of G.
    static let weightRows: [(Float, Float, Float)] = [
        (1 / 4, 0, 0), (-1 / 6, -1 / 6, -1 / 6), (-1 / 6, 1 / 6, -1 / 6), (1 / 24, 1 / 12, 1 / 6),
        (1 / 24, -1 / 12, 1 / 6), (0, 0, 1),
    ]

    /// Gᵗ·u·G: 6×6 → 3×3.
    @inline(__always)
    static func weightsAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        for row in 0..<6 {
            let g = weightsAdjoint(
                (load(row, 0), load(row, 1), load(row, 2), load(row, 3), load(row, 4), load(row, 5)))
            (work[row], work[6 + row], work[12 + row]) = g
        }
        for column in 0..<3 {
            let g = weightsAdjoint(six(work + 6 * column))
            store(0, column, g.0)
            store(1, column, g.1)
            store(2, column, g.2)
        }
    }

    @inline(__always)
    private static func sixBySix(
        _ work: Work, _ load: (Int, Int) -> Lanes, _ store: (Int, Int, Lanes) -> Void, _ transform: (Six) -> Six
    ) {
        for row in 0..<6 {
            let t = transform(
                (load(row, 0), load(row, 1), load(row, 2), load(row, 3), load(row, 4), load(row, 5)))
            (work[row], work[6 + row], work[12 + row]) = (t.0, t.1, t.2)
            (work[18 + row], work[24 + row], work[30 + row]) = (t.3, t.4, t.5)
        }
        for column in 0..<6 { storeColumn(transform(six(work + 6 * column)), column, store) }
    }

    @inline(__always)
    private static func six(_ p: UnsafeMutablePointer<Lanes>) -> Six { (p[0], p[1], p[2], p[3], p[4], p[5]) }

    @inline(__always)
    private static func storeColumn(_ t: Six, _ column: Int, _ store: (Int, Int, Lanes) -> Void) {
        store(0, column, t.0)
        store(1, column, t.1)
        store(2, column, t.2)
        store(3, column, t.3)
        store(4, column, t.4)
        store(5, column, t.5)
    }
}

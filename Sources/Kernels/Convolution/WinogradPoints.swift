/// The one-dimensional transforms of F(m, 3) (Winograd 1980; Lavin and Gray 2016) over the lanes of registers, and their
/// adjoints, which carry gradients back.
///
/// y = Aᵗ[(G·g) ⊙ (Bᵗ·d)]: d [m + 2] the inputs, g [3] the weights, y [m] the outputs. The product of the last point, ∞, makes the last
/// output only, from the last input. Each transform is given its vector's elements by number and gives the result's.
protocol WinogradPoints {
    /// Outputs m.
    static var outputs: Int { get }

    /// Bᵗ·d.
    static func input(_ d: (Int) -> Lanes, _ t: (Int, Lanes) -> Void)

    /// B·t: the adjoint of `input`.
    static func inputAdjoint(_ t: (Int) -> Lanes, _ d: (Int, Lanes) -> Void)

    /// Aᵗ·m.
    static func output(_ m: (Int) -> Lanes, _ y: (Int, Lanes) -> Void)

    /// A·y: the adjoint of `output`.
    static func outputAdjoint(_ y: (Int) -> Lanes, _ m: (Int, Lanes) -> Void)

    /// The rows of G.
    static var weightRows: [(Float, Float, Float)] { get }

    /// G·g.
    static func weights(_ g: (Int) -> Lanes, _ u: (Int, Lanes) -> Void)

    /// Gᵗ·u: the adjoint of `weights`.
    static func weightsAdjoint(_ u: (Int) -> Lanes, _ g: (Int, Lanes) -> Void)
}

extension WinogradPoints {
    /// Of the values of two points that differ in their sign, the first of which is number `first`.
    @inline(__always)
    static func sumAndDifference(_ x: (Int) -> Lanes, _ first: Int) -> (Lanes, Lanes) {
        let (a, b) = (x(first), x(first + 1))
        return (a + b, a - b)
    }
}

extension Lanes {
    /// `self + factor · x` in one instruction.
    @inline(__always)
    func plus(_ factor: Float, _ x: Lanes) -> Lanes { x.timesPlus(Lanes(repeating: factor), self) }

    /// `factor · self`.
    @inline(__always)
    func times(_ factor: Float) -> Lanes { self * Lanes(repeating: factor) }
}

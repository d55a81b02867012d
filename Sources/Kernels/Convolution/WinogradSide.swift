/// Outputs of a tile along a side, and with them the one-dimensional transforms of it: F(4, 3) or F(6, 3).
enum WinogradSide {
    case four, six

    /// Outputs m.
    @inline(__always)
    var outputs: Int { self == .four ? WinogradFour.outputs : WinogradSix.outputs }

    /// Products m + 2, as many as inputs: one plane of transformed values each.
    @inline(__always)
    var products: Int { outputs &+ 2 }

    /// The rows of G.
    var weightRows: [(Float, Float, Float)] { self == .four ? WinogradFour.weightRows : WinogradSix.weightRows }

    /// Bᵗ·d.
    @inline(__always)
    func input(_ d: (Int) -> Lanes, _ t: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.input(d, t)
        case .six: WinogradSix.input(d, t)
        }
    }

    /// B·t: the adjoint of `input`.
    @inline(__always)
    func inputAdjoint(_ t: (Int) -> Lanes, _ d: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.inputAdjoint(t, d)
        case .six: WinogradSix.inputAdjoint(t, d)
        }
    }

    /// Aᵗ·m.
    @inline(__always)
    func output(_ m: (Int) -> Lanes, _ y: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.output(m, y)
        case .six: WinogradSix.output(m, y)
        }
    }

    /// A·y: the adjoint of `output`.
    @inline(__always)
    func outputAdjoint(_ y: (Int) -> Lanes, _ m: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.outputAdjoint(y, m)
        case .six: WinogradSix.outputAdjoint(y, m)
        }
    }

    /// G·g.
    @inline(__always)
    func weights(_ g: (Int) -> Lanes, _ u: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.weights(g, u)
        case .six: WinogradSix.weights(g, u)
        }
    }

    /// Gᵗ·u: the adjoint of `weights`.
    @inline(__always)
    func weightsAdjoint(_ u: (Int) -> Lanes, _ g: (Int, Lanes) -> Void) {
        switch self {
        case .four: WinogradFour.weightsAdjoint(u, g)
        case .six: WinogradSix.weightsAdjoint(u, g)
        }
    }
}

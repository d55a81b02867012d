/// One step of an LSTM for one sample (Hochreiter and Schmidhuber 1997; gate order i, f, g, o as PyTorch).
public enum LSTMCell {
    /// `gates` [4H] holds Wx + Uh + b and receives (σ, σ, tanh, σ) of it; c = f·c′ + i·g; h = o·tanh c.
    ///
    /// A missing `previousCell` is zero.
    public static func forward(
        gates: UnsafeMutablePointer<Float>, previousCell: UnsafeMutablePointer<Float>?,
        cell: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>, width: Int
    ) {
        for index in stride(from: 0, to: width, by: Lanes.scalarCount) {
            let part = LanePart(index, of: width)
            let i = logistic(part.load(gates)), f = logistic(part.load(gates + width))
            let g = hyperbolicTangent(part.load(gates + 2 * width))
            let o = logistic(part.load(gates + 3 * width))
            let before = if let previousCell { part.load(previousCell) } else { Lanes.zero }
            let c = f.timesPlus(before, i * g)
            part.store(i, gates)
            part.store(f, gates + width)
            part.store(g, gates + 2 * width)
            part.store(o, gates + 3 * width)
            part.store(c, cell)
            part.store(o * hyperbolicTangent(c), hidden)
        }
    }

    /// Turns the activated `gates` into the gradient of their arguments, given the gradient of h; `cellGradient` is
    /// that of c from the step behind and becomes that of c′.
    public static func backward(
        gates: UnsafeMutablePointer<Float>, previousCell: UnsafeMutablePointer<Float>?,
        cell: UnsafeMutablePointer<Float>, hiddenGradient: UnsafeMutablePointer<Float>,
        cellGradient: UnsafeMutablePointer<Float>, width: Int
    ) {
        let one = Lanes(repeating: 1)
        for index in stride(from: 0, to: width, by: Lanes.scalarCount) {
            let part = LanePart(index, of: width)
            let i = part.load(gates), f = part.load(gates + width)
            let g = part.load(gates + 2 * width), o = part.load(gates + 3 * width)
            let before = if let previousCell { part.load(previousCell) } else { Lanes.zero }
            let t = hyperbolicTangent(part.load(cell))
            let dh = part.load(hiddenGradient)
            let dc = part.load(cellGradient) + dh * o * (one - t * t)
            part.store(dc * g * i * (one - i), gates)
            part.store(dc * before * f * (one - f), gates + width)
            part.store(dc * i * (one - g * g), gates + 2 * width)
            part.store(dh * t * o * (one - o), gates + 3 * width)
            part.store(dc * f, cellGradient)
        }
    }
}

/// One step of a GRU for one sample (Cho et al. 2014, in PyTorch's form; gate order r, z, n).
public enum GRUCell {
    /// `gates` [3H] holds W x + b of r, z, n, `recurrent` [3H] holds U h′ + b′; afterwards `gates` holds the activated
    /// r, z, n. n = tanh(gates_n + r·recurrent_n); h = (1 − z)·n + z·h′.
    public static func forward(
        gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
        previousHidden: UnsafeMutablePointer<Float>?, hidden: UnsafeMutablePointer<Float>, width: Int
    ) {
        let one = Lanes(repeating: 1)
        for index in stride(from: 0, to: width, by: Lanes.scalarCount) {
            let part = LanePart(index, of: width)
            let r = logistic(part.load(gates) + part.load(recurrent))
            let z = logistic(part.load(gates + width) + part.load(recurrent + width))
            let n = hyperbolicTangent(
                r.timesPlus(part.load(recurrent + 2 * width), part.load(gates + 2 * width)))
            let before = if let previousHidden { part.load(previousHidden) } else { Lanes.zero }
            part.store(r, gates)
            part.store(z, gates + width)
            part.store(n, gates + 2 * width)
            part.store((one - z).timesPlus(n, z * before), hidden)
        }
    }

    /// Turns the activated `gates` into the gradient of W x + b, writes that of U h′ + b′ over `recurrent`, and
    /// replaces `hiddenGradient` by its direct part z·dh for h′.
    public static func backward(
        gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
        previousHidden: UnsafeMutablePointer<Float>?, hiddenGradient: UnsafeMutablePointer<Float>, width: Int
    ) {
        let one = Lanes(repeating: 1)
        for index in stride(from: 0, to: width, by: Lanes.scalarCount) {
            let part = LanePart(index, of: width)
            let r = part.load(gates), z = part.load(gates + width), n = part.load(gates + 2 * width)
            let before = if let previousHidden { part.load(previousHidden) } else { Lanes.zero }
            let dh = part.load(hiddenGradient)
            let dn = dh * (one - z) * (one - n * n)
            let dr = dn * part.load(recurrent + 2 * width) * r * (one - r)
            let dz = dh * (before - n) * z * (one - z)
            part.store(dr, gates)
            part.store(dz, gates + width)
            part.store(dn, gates + 2 * width)
            part.store(dr, recurrent)
            part.store(dz, recurrent + width)
            part.store(dn * r, recurrent + 2 * width)
            part.store(dh * z, hiddenGradient)
        }
    }
}

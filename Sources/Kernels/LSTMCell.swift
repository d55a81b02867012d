/// One step of an LSTM for one sample (Hochreiter and Schmidhuber 1997; gate order i, f, g, o as PyTorch).
public enum LSTMCell {
    /// `gates` [4H] holds Wx + Uh + b and receives (σ, σ, tanh, σ) of it; c = f·c′ + i·g; h = o·tanh c.
    ///
    /// A missing `previousCell` is zero.
    public static func forward(
        gates: UnsafeMutablePointer<Float>, previousCell: UnsafeMutablePointer<Float>?,
        cell: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>, width: Int
    ) {
        forLanes(width) { index, load, store in
            let i = logistic(load(gates + index)), f = logistic(load(gates + width + index))
            let g = hyperbolicTangent(load(gates + 2 * width + index))
            let o = logistic(load(gates + 3 * width + index))
            let before = previousCell.map { load($0 + index) } ?? .zero
            let c = f.timesPlus(before, i * g)
            store(i, gates + index)
            store(f, gates + width + index)
            store(g, gates + 2 * width + index)
            store(o, gates + 3 * width + index)
            store(c, cell + index)
            store(o * hyperbolicTangent(c), hidden + index)
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
        forLanes(width) { index, load, store in
            let i = load(gates + index), f = load(gates + width + index)
            let g = load(gates + 2 * width + index), o = load(gates + 3 * width + index)
            let before = previousCell.map { load($0 + index) } ?? .zero
            let t = hyperbolicTangent(load(cell + index))
            let dh = load(hiddenGradient + index)
            let dc = load(cellGradient + index) + dh * o * (one - t * t)
            store(dc * g * i * (one - i), gates + index)
            store(dc * before * f * (one - f), gates + width + index)
            store(dc * i * (one - g * g), gates + 2 * width + index)
            store(dh * t * o * (one - o), gates + 3 * width + index)
            store(dc * f, cellGradient + index)
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
        forLanes(width) { index, load, store in
            let r = logistic(load(gates + index) + load(recurrent + index))
            let z = logistic(load(gates + width + index) + load(recurrent + width + index))
            let n = hyperbolicTangent(
                r.timesPlus(load(recurrent + 2 * width + index), load(gates + 2 * width + index)))
            let before = previousHidden.map { load($0 + index) } ?? .zero
            store(r, gates + index)
            store(z, gates + width + index)
            store(n, gates + 2 * width + index)
            store((one - z).timesPlus(n, z * before), hidden + index)
        }
    }

    /// Turns the activated `gates` into the gradient of W x + b, writes that of U h′ + b′ over `recurrent`, and
    /// replaces `hiddenGradient` by its direct part z·dh for h′.
    public static func backward(
        gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
        previousHidden: UnsafeMutablePointer<Float>?, hiddenGradient: UnsafeMutablePointer<Float>, width: Int
    ) {
        let one = Lanes(repeating: 1)
        forLanes(width) { index, load, store in
            let r = load(gates + index), z = load(gates + width + index), n = load(gates + 2 * width + index)
            let before = previousHidden.map { load($0 + index) } ?? .zero
            let dh = load(hiddenGradient + index)
            let dn = dh * (one - z) * (one - n * n)
            let dr = dn * load(recurrent + 2 * width + index) * r * (one - r)
            let dz = dh * (before - n) * z * (one - z)
            store(dr, gates + index)
            store(dz, gates + width + index)
            store(dn, gates + 2 * width + index)
            store(dr, recurrent + index)
            store(dz, recurrent + width + index)
            store(dn * r, recurrent + 2 * width + index)
            store(dh * z, hiddenGradient + index)
        }
    }
}

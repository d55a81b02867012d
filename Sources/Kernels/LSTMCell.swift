/// One step of an LSTM for one sample (Hochreiter and Schmidhuber 1997; gate order i, f, g, o as PyTorch).
public enum LSTMCell {
    /// `gates` [4H] holds Wx + Uh + b and receives (σ, σ, tanh, σ) of it; c = f·c′ + i·g; h = o·tanh c.
    ///
    /// A missing `previousCell` is zero.
    public static func forward(
        gates: UnsafeMutablePointer<Float>, previousCell: UnsafeMutablePointer<Float>?,
        cell: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>, width: Int
    ) {
        let (i, f, g, o) = (gates, gates + width, gates + 2 * width, gates + 3 * width)
        applyLogistic(i, 2 * width)
        applyHyperbolicTangent(g, width)
        applyLogistic(o, width)
        forLanes(width) { index, load, store in
            let before = if let previousCell { load(previousCell + index) } else { Lanes.zero }
            store(load(f + index).timesPlus(before, load(i + index) * load(g + index)), cell + index)
        }
        hidden.update(from: cell, count: width)
        applyHyperbolicTangent(hidden, width)
        for k in 0..<width { hidden[k] = o[k] * hidden[k] }
    }

    /// Turns the activated `gates` into the gradient of their arguments, given the gradient of h; `cellGradient` is
    /// that of c from the step behind and becomes that of c′.
    public static func backward(
        gates: UnsafeMutablePointer<Float>, previousCell: UnsafeMutablePointer<Float>?,
        cell: UnsafeMutablePointer<Float>, hiddenGradient dh: UnsafeMutablePointer<Float>,
        cellGradient dc: UnsafeMutablePointer<Float>, width: Int
    ) {
        let (i, f, g, o) = (gates, gates + width, gates + 2 * width, gates + 3 * width)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { memory in
            let t = memory.baseAddress!
            t.update(from: cell, count: width)
            applyHyperbolicTangent(t, width)
            // Short loops of few arrays: the compiler makes registers of them.
            for k in 0..<width { dc[k] = dc[k] + dh[k] * o[k] * (1 - t[k] * t[k]) }
            for k in 0..<width { o[k] = dh[k] * t[k] * o[k] * (1 - o[k]) }
        }
        for k in 0..<width {
            let (input, candidate) = (i[k], g[k])
            i[k] = dc[k] * candidate * input * (1 - input)
            g[k] = dc[k] * input * (1 - candidate * candidate)
        }
        for k in 0..<width {
            let forget = f[k]
            f[k] = if let previousCell { dc[k] * previousCell[k] * forget * (1 - forget) } else { 0 }
            dc[k] = dc[k] * forget
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
        let (z, n) = (gates + width, gates + 2 * width)
        for k in 0..<2 * width { gates[k] += recurrent[k] }
        applyLogistic(gates, 2 * width)
        forLanes(width) { index, load, store in
            store(load(gates + index).timesPlus(load(recurrent + 2 * width + index), load(n + index)), n + index)
        }
        applyHyperbolicTangent(n, width)
        forLanes(width) { index, load, store in
            let before = if let previousHidden { load(previousHidden + index) } else { Lanes.zero }
            let update = load(z + index)
            store((Lanes(repeating: 1) - update).timesPlus(load(n + index), update * before), hidden + index)
        }
    }

    /// Turns the activated `gates` into the gradient of W x + b, writes that of U h′ + b′ over `recurrent`, and
    /// replaces `hiddenGradient` by its direct part z·dh for h′.
    public static func backward(
        gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
        previousHidden: UnsafeMutablePointer<Float>?, hiddenGradient dh: UnsafeMutablePointer<Float>, width: Int
    ) {
        let (r, z, n) = (gates, gates + width, gates + 2 * width)
        let (resetGradient, updateGradient, recurrentNew) = (recurrent, recurrent + width, recurrent + 2 * width)
        for k in 0..<width {
            updateGradient[k] = dh[k] * ((previousHidden?[k] ?? 0) - n[k]) * z[k] * (1 - z[k])
            n[k] = dh[k] * (1 - z[k]) * (1 - n[k] * n[k])
        }
        for k in 0..<width {
            dh[k] = dh[k] * z[k]
            z[k] = updateGradient[k]
        }
        for k in 0..<width {
            let reset = r[k]
            r[k] = n[k] * recurrentNew[k] * reset * (1 - reset)
            recurrentNew[k] = n[k] * reset
        }
        resetGradient.update(from: r, count: width)
    }
}

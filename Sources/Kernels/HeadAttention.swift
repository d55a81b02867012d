public import Tensors

/// One head of scaled dot-product attention, P = softmax(s·Q·Kᵗ) and Y = P̃·V with P̃ = P behind its dropout, for sequences as
/// short as a picture's: what lies between stays in the first cache. Vaswani et al. 2017, 3.2.
///
/// Shapes: Q, Y [L, d], K, V [M, d], P, P̃ [L, M]. In between, rows of scores are M rounded up to whole registers.
public struct HeadAttention {
    private let queries: Int, keys: Int
    private let scale: Float
    private let padded: Int
    private let scores: UnsafeMutablePointer<Float>, panels: UnsafeMutablePointer<Float>

    /// Elements that the work on a head of L = `queries`, M = `keys` and d = `width` takes.
    public static func workSize(queries: Int, keys: Int, width: Int) -> Int {
        let packed = max(
            Panels.count(keys) * width, Panels.count(width) * max(queries, keys))
        return queries * padded(keys) + packed * Panels.width
    }

    /// Heads of L = `queries`, M = `keys` and d = `width` under the scale s, worked on in `work`.
    public init(queries: Int, keys: Int, width: Int, scale: Float, in work: Tensor) {
        let size = Self.workSize(queries: queries, keys: keys, width: width)
        precondition(work.count >= size, "\(work.count) elements for the \(size) of a head")
        (self.queries, self.keys, self.scale, padded) = (queries, keys, scale, Self.padded(keys))
        (scores, panels) = (work.pointer, work.pointer + queries * padded)
    }

    private static func padded(_ keys: Int) -> Int { laneEnd(keys + Lanes.scalarCount - 1) }

    /// P = softmax(s·Q·Kᵗ); row i sees its first i + 1 keys alone where it is `isCausal`.
    public func probabilities(_ q: Matrix, _ k: Matrix, isCausal: Bool, into p: Tensor) {
        precondition(p.count == queries * keys, "\(p.shape) for \(queries) queries and \(keys) keys")
        multiply(q, k.transposed, into: scoreOutput)
        for row in 0..<queries {
            softmax(row, visible: isCausal ? min(keys, row + 1) : keys, into: p.pointer + row * keys)
        }
    }

    /// Y = P̃·V.
    public func mix(_ used: Tensor, _ v: Matrix, into y: Matrix) {
        precondition(used.count == queries * keys, "\(used.shape) for \(queries) queries and \(keys) keys")
        multiply(matrix(used), Operand(v), into: output(y))
    }

    /// The gradients of Q, K and V from that of Y; they are overwritten.
    ///
    /// With G = dY·Vᵗ the scores' gradient is s·(P̃∘G − P·Σ P̃∘G) row by row: it needs no mask, P̃ has it.
    public func backward(
        _ dy: Matrix, _ q: Matrix, _ k: Matrix, _ v: Matrix, probabilities p: Tensor, used: Tensor,
        into dq: Matrix, _ dk: Matrix, _ dv: Matrix
    ) {
        multiplyTransposed(matrix(used), dy, into: output(dv))
        multiply(dy, v.transposed, into: scoreOutput)
        for row in 0..<queries {
            softmaxBackward(row, p.pointer + row * keys, used.pointer + row * keys)
        }
        let ds = Matrix(scores, rows: queries, columns: keys, stride: padded)
        multiply(ds, Operand(k), into: output(dq))
        multiplyTransposed(ds, q, into: output(dk))
    }

    private func matrix(_ p: Tensor) -> Matrix { Matrix(p.pointer, rows: queries, columns: keys, stride: keys) }

    private func output(_ c: Matrix) -> TileOutput { TileOutput(base: c.pointer, stride: c.stride, columns: c.columns) }

    /// Whole registers, so that tiles are stored without a detour: what lies beyond M becomes 0.
    private var scoreOutput: TileOutput { TileOutput(base: scores, stride: padded, columns: padded) }

    /// output = a·b.
    private func multiply(_ a: Matrix, _ b: Operand, into output: TileOutput) {
        forEachPanel(b) { panel, column in
            TileStrip.rows(
                a.pointer, a.stride, panel, depth: b.rows, count: a.rows, output.panel(row: 0, column: column))
        }
    }

    /// output = aᵗ·b.
    private func multiplyTransposed(_ a: Matrix, _ b: Matrix, into output: TileOutput) {
        forEachPanel(Operand(b)) { panel, column in
            TileStrip.columns(
                a.pointer, a.stride, panel, depth: b.rows, count: a.columns, output.panel(row: 0, column: column))
        }
    }

    @inline(__always)
    private func forEachPanel(_ b: Operand, _ body: (UnsafeMutablePointer<Float>, Int) -> Void) {
        let count = Panels.count(b.columns)
        Panels.pack(b, rows: 0..<b.rows, panels: 0..<count, into: panels)
        for p in 0..<count { body(panels + p * b.rows * Panels.width, p * Panels.width) }
    }

    /// p = softmax(s·row) over the first `visible` scores of row `row`, and 0 behind them.
    private func softmax(_ row: Int, visible: Int, into p: UnsafeMutablePointer<Float>) {
        let line = scores + row * padded
        var largest = Lanes(repeating: -.infinity)
        for index in stride(from: 0, to: padded, by: Lanes.scalarCount) {
            let scaled = line[lanes: index] * scale
            let seen = Lanes(repeating: -.infinity).replacing(with: scaled, where: Self.first(visible - index))
            line[lanes: index] = seen
            largest = largest.largest(seen)
        }
        let centre = Lanes(repeating: largest.max())
        var total = Lanes.zero
        for index in stride(from: 0, to: padded, by: Lanes.scalarCount) {
            let value = Softmax.survivingExponential(line[lanes: index] - centre)
            line[lanes: index] = value
            total += value
        }
        let share = 1 / total.sum()
        for index in stride(from: 0, to: padded, by: Lanes.scalarCount) {
            store(line[lanes: index] * share, row, index, p)
        }
    }

    /// Turns G's row in `scores` into that of the scores' gradient; what lies beyond M is never read.
    private func softmaxBackward(
        _ row: Int, _ p: UnsafeMutablePointer<Float>, _ used: UnsafeMutablePointer<Float>
    ) {
        let line = scores + row * padded
        var total = Lanes.zero
        for index in stride(from: 0, to: padded, by: Lanes.scalarCount) {
            total = load(row, index, used).timesPlus(line[lanes: index], total)
        }
        let dot = Lanes(repeating: total.sum())
        for index in stride(from: 0, to: padded, by: Lanes.scalarCount) {
            let value = load(row, index, used) * line[lanes: index] - load(row, index, p) * dot
            line[lanes: index] = value * scale
        }
    }

    /// Whether a register's lane is one of the first `count`.
    @inline(__always)
    private static func first(_ count: Int) -> SIMDMask<LanesInt> {
        var places = LanesInt.zero
        for lane in 0..<LanesInt.scalarCount { places[lane] = Int32(lane) }
        return places .< LanesInt(repeating: Int32(truncatingIfNeeded: count))
    }

    /// A row's elements from `index` on. Rows lie one behind the other, so that a register at a row's end holds the next row's
    /// first elements too; only the last row must not be passed.
    @inline(__always)
    private func load(_ row: Int, _ index: Int, _ line: UnsafeMutablePointer<Float>) -> Lanes {
        let left = keys &- index
        return left >= Lanes.scalarCount || row &+ 1 < queries && left &+ keys >= Lanes.scalarCount
            ? line[lanes: index] : partialLanes(line + index, left)
    }

    /// Writes a row's elements from `index` on; the next row's, over which it may write, come after them.
    @inline(__always)
    private func store(_ value: Lanes, _ row: Int, _ index: Int, _ line: UnsafeMutablePointer<Float>) {
        let left = keys &- index
        if left >= Lanes.scalarCount || row &+ 1 < queries && left &+ keys >= Lanes.scalarCount {
            line[lanes: index] = value
        } else {
            storePartial(value, line + index, left)
        }
    }
}

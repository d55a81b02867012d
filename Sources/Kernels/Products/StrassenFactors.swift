internal import Tensors

/// The seven left factors of `StrassenProduct` for pairs of rows, in the order of the products: S₁, A₁₁, A₁₂, S₂, S₄, S₃ and
/// A₂₂, one matrix behind the other.
struct StrassenLeft {
    /// Elements of a row: half of A's.
    let depth: Int

    /// Rows: half of A's.
    let pairs: Int

    /// Elements from one row to the next, and from one factor to the next.
    var stride: Int { TileProduct.bufferStride(depth) }
    var factorSize: Int { pairs * stride }

    /// Elements in all, and of as many rows of `a` behind them where these have to be filled in first.
    func size(filling a: TileProduct.LeftRows) -> Int {
        StrassenProduct.count * factorSize + (a.matrix == nil ? 2 * pairs * TileProduct.bufferStride(a.depth) : 0)
    }

    /// Makes the factors of all rows of `a`; the team shares them.
    func makeAll(of a: TileProduct.LeftRows, into memory: UnsafeMutablePointer<Float>, _ team: WorkerTeam) {
        team.ranges(pairs, grain: 4) {
            make(2 * $0.lowerBound..<2 * $0.upperBound, of: a, into: memory, from: $0.lowerBound)
        }
    }

    /// Makes the factors of rows `range` of `a`, whose first pair becomes row `first`.
    func make(
        _ range: Range<Int>, of a: TileProduct.LeftRows, into memory: UnsafeMutablePointer<Float>, from first: Int
    ) {
        let place = StrassenProduct.count * factorSize + 2 * first * TileProduct.bufferStride(a.depth)
        let rows = a.rows(range, filledInto: memory + place)
        for pair in 0..<rows.rows / 2 {
            let even = rows.pointer + 2 * pair &* rows.stride, odd = even + rows.stride
            let target = memory + (first &+ pair) &* stride, size = factorSize
            for k in Swift.stride(from: 0, to: depth, by: Lanes.scalarCount) {
                let (a11, a12) = (even[lanes: k], even[lanes: k &+ depth])
                let (a21, a22) = (odd[lanes: k], odd[lanes: k &+ depth])
                let s1 = a21 + a22, s2 = s1 - a11
                target[lanes: k] = s1
                target[lanes: k &+ size] = a11
                target[lanes: k &+ 2 &* size] = a12
                target[lanes: k &+ 3 &* size] = s2
                target[lanes: k &+ 4 &* size] = a12 - s2
                target[lanes: k &+ 5 &* size] = a11 - a21
                target[lanes: k &+ 6 &* size] = a22
            }
        }
    }
}

/// The seven right factors of `StrassenProduct`, packed, in the order of the products: T₁, B₁₁, B₂₁, T₂, B₂₂, T₃ and T₄, `panels`
/// panels each.
struct StrassenRight {
    /// Rows: half of B's.
    let depth: Int

    /// Panels of half of B's columns, or of some of them.
    let panels: Int

    /// Elements of a panel, and of a factor.
    var panelSize: Int { depth * Panels.width }
    var factorSize: Int { panels * panelSize }

    /// Elements in all.
    var size: Int { StrassenProduct.count * factorSize }

    /// Packs panels `range` of the halves of `b`, as panels `first` … of each factor.
    func pack(_ b: Operand, panels range: Range<Int>, into memory: UnsafeMutablePointer<Float>, at first: Int) {
        let target = memory + first * panelSize, size = factorSize
        let (near, far) = (b.columns(0..<b.columns / 2), b.columns(b.columns / 2..<b.columns))
        let (upper, lower) = (0..<depth, depth..<2 * depth)
        Panels.pack(near, rows: upper, panels: range, into: target + size)
        Panels.pack(near, rows: lower, panels: range, into: target + 2 * size)
        Panels.pack(far, rows: lower, panels: range, into: target + 4 * size)
        Panels.pack(far, rows: upper, panels: range, into: target + 5 * size)
        for k in stride(from: 0, to: range.count * panelSize, by: Lanes.scalarCount) {
            let (b11, b21) = (target[lanes: k &+ size], target[lanes: k &+ 2 &* size])
            let (b22, b12) = (target[lanes: k &+ 4 &* size], target[lanes: k &+ 5 &* size])
            let t1 = b12 - b11, t2 = b22 - t1
            target[lanes: k] = t1
            target[lanes: k &+ 3 &* size] = t2
            target[lanes: k &+ 5 &* size] = b22 - b12
            target[lanes: k &+ 6 &* size] = b21 - t2
        }
    }

    /// What `pack` reads for panels `range`: of each half of the columns.
    func source(_ b: Operand, panels range: Range<Int>) -> (near: Matrix, far: Matrix) {
        let columns = range.lowerBound * Panels.width..<range.upperBound * Panels.width, half = b.columns / 2
        return (b.columns(columns).matrix, b.columns(columns.lowerBound + half..<columns.upperBound + half).matrix)
    }
}

/// Room for the strips of tiles that later products of a `StrassenProduct` are added to: U (then U′, U″), V and U′ + V.
struct StrassenSums {
    let u: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, w: UnsafeMutablePointer<Float>

    /// What lies behind them.
    let end: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, pairs: Int) {
        let size = pairs * Panels.width
        (u, v, w, end) = (memory, memory + size, memory + 2 * size, memory + 3 * size)
    }

    /// Elements for strips of `pairs` rows.
    static func size(_ pairs: Int) -> Int { 3 * pairs * Panels.width }

    /// One of them as the target of a product.
    func panel(_ base: UnsafeMutablePointer<Float>) -> PanelOutput {
        TileOutput(base: base, stride: Panels.width, columns: Panels.width).panel(row: 0, column: 0)
    }

    /// Adds one of them to tiles whose strip begins with row `first` of its output.
    func adding(_ addend: UnsafeMutablePointer<Float>, before first: Int) -> TileLink {
        TileLink(addend: addend - first * Panels.width)
    }

    /// U″ = U′ + the product, which is kept, and on to U″ + V.
    func keeping(before first: Int) -> TileLink {
        let back = first * Panels.width
        return TileLink(addend: u - back, kept: u - back, second: v - back)
    }
}

/// The right factor of a product, cut into panels as wide as a register tile: panel p holds columns p·W … p·W + W − 1 of
/// all rows, a row after another, so that a tile reads it from its begin to its end. Columns beyond the last are zero.
enum Panels {
    /// Columns of a panel.
    static var width: Int { RegisterTile.columns }

    /// Panels that `columns` columns need.
    @inline(__always)
    static func count(_ columns: Int) -> Int { (columns + width - 1) / width }

    /// Copies rows `rows` and columns `first` … of `b` (at most a panel's width) into `panel`.
    static func pack(
        _ b: Operand, rows: Range<Int>, from first: Int, into panel: UnsafeMutablePointer<Float>
    ) {
        let columns = min(width, b.columns - first)
        if b.isTransposed {
            packTransposed(
                b.matrix.pointer + first * b.matrix.stride + rows.lowerBound, stride: b.matrix.stride, columns,
                rows.count,
                panel)
        } else {
            packRows(
                b.matrix.pointer + rows.lowerBound * b.matrix.stride + first, stride: b.matrix.stride, columns,
                rows.count,
                panel)
        }
    }

    /// Row-major source: each row's part is copied.
    private static func packRows(
        _ source: UnsafeMutablePointer<Float>, stride: Int, _ columns: Int, _ depth: Int,
        _ panel: UnsafeMutablePointer<Float>
    ) {
        if columns == width {
            for k in 0..<depth {
                let (line, target) = (source + k &* stride, panel + k &* width)
                target[lanes: 0] = line[lanes: 0]
                target[lanes: Lanes.scalarCount] = line[lanes: Lanes.scalarCount]
            }
        } else {
            for k in 0..<depth {
                let (line, target) = (source + k &* stride, panel + k &* width)
                for n in 0..<columns { target[n] = line[n] }
                for n in columns..<width { target[n] = 0 }
            }
        }
    }

    /// Column-major source (a transposed matrix): blocks of eight squared are turned in registers.
    private static func packTransposed(
        _ source: UnsafeMutablePointer<Float>, stride: Int, _ columns: Int, _ depth: Int,
        _ panel: UnsafeMutablePointer<Float>
    ) {
        let whole = columns / 8 * 8, wholeDepth = depth / 16 * 16
        for k in Swift.stride(from: 0, to: wholeDepth, by: 16) {
            for n in Swift.stride(from: 0, to: whole, by: 8) {
                // Two blocks take a cache line of each row at once.
                let (rows, target) = (source + (n &* stride &+ k), panel + (k &* width &+ n))
                transpose(rows, stride, into: target)
                transpose(rows + 8, stride, into: target + 8 &* width)
            }
        }
        for k in 0..<depth {
            let target = panel + k &* width
            for n in (k < wholeDepth ? whole : 0)..<columns { target[n] = source[n &* stride &+ k] }
            for n in columns..<width { target[n] = 0 }
        }
    }

    private typealias Eight = SIMD8<Float>

    /// Eight rows `stride` apart become eight rows a panel's width apart: the perfect shuffle of the rows, three times.
    @inline(__always)
    private static func transpose(
        _ source: UnsafeMutablePointer<Float>, _ stride: Int, into target: UnsafeMutablePointer<Float>
    ) {
        func row(_ index: Int) -> Eight { UnsafeRawPointer(source + index &* stride).loadUnaligned(as: Eight.self) }
        func store(_ value: Eight, _ index: Int) {
            UnsafeMutableRawPointer(target + index &* width).storeBytes(of: value, as: Eight.self)
        }
        var rows = (row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7))
        for _ in 0..<3 {
            let (a, b) = (shuffle(rows.0, rows.4), shuffle(rows.1, rows.5))
            let (c, d) = (shuffle(rows.2, rows.6), shuffle(rows.3, rows.7))
            rows = (a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1)
        }
        store(rows.0, 0)
        store(rows.1, 1)
        store(rows.2, 2)
        store(rows.3, 3)
        store(rows.4, 4)
        store(rows.5, 5)
        store(rows.6, 6)
        store(rows.7, 7)
    }

    /// a₀b₀a₁b₁a₂b₂a₃b₃ and a₄b₄a₅b₅a₆b₆a₇b₇.
    @inline(__always)
    private static func shuffle(_ a: Eight, _ b: Eight) -> (Eight, Eight) {
        var (low, high) = (Eight.zero, Eight.zero)
        (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
        (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
        return (low, high)
    }
}

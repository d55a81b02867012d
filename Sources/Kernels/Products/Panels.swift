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

    /// Column-major source (a transposed matrix): blocks of a register squared are turned in registers.
    private static func packTransposed(
        _ source: UnsafeMutablePointer<Float>, stride: Int, _ columns: Int, _ depth: Int,
        _ panel: UnsafeMutablePointer<Float>
    ) {
        let size = Lanes.scalarCount
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 2 * size) { work in
            for n in Swift.stride(from: 0, to: width, by: size) {
                let filled = min(max(columns - n, 0), size)
                var k = 0
                if filled == size {
                    while k + size <= depth {
                        transpose(
                            source + (n &* stride &+ k), stride, into: panel + (k &* width &+ n), width,
                            work.baseAddress!)
                        k += size
                    }
                }
                while k < depth {
                    let target = panel + k &* width + n
                    for i in 0..<filled { target[i] = source[(n + i) &* stride + k] }
                    for i in filled..<size { target[i] = 0 }
                    k += 1
                }
            }
        }
    }

    /// Turns a block of `Lanes.scalarCount` squared: the perfect shuffle of its rows, log₂ times. `work` holds two blocks.
    @inline(__always)
    static func transpose(
        _ source: UnsafeMutablePointer<Float>, _ stride: Int, into target: UnsafeMutablePointer<Float>,
        _ targetStride: Int, _ work: UnsafeMutablePointer<Lanes>
    ) {
        let size = Lanes.scalarCount, half = Lanes.scalarCount / 2
        var (from, to) = (work, work + size)
        for row in 0..<size { from[row] = source[lanes: row &* stride] }
        for _ in 0..<size.trailingZeroBitCount {
            for row in 0..<half {
                let (a, b) = (from[row], from[row + half])
                var (low, high) = (Lanes.zero, Lanes.zero)
                (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
                (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
                to[2 * row] = low
                to[2 * row + 1] = high
            }
            (from, to) = (to, from)
        }
        for row in 0..<size { target[lanes: row &* targetStride] = from[row] }
    }
}

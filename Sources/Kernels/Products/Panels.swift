internal import CSystem

/// The right factor of a product, cut into panels as wide as a register tile: panel p holds columns p·W … p·W + W − 1 of
/// all rows, a row after another, so that a tile reads it from its begin to its end. Columns beyond the last are zero.
enum Panels {
    /// Columns of a panel.
    static var width: Int { RegisterTile.columns }

    /// Panels that `columns` columns need.
    @inline(__always)
    static func count(_ columns: Int) -> Int { (columns + width - 1) / width }

    /// Panels that are packed side by side: eight of a row-major factor, whose rows' parts are then long enough to be
    /// fetched ahead, as long as they take 2 MB at most; each by itself of a transposed one.
    static func packedTogether(_ b: Operand, depth: Int) -> Int {
        b.isTransposed ? 1 : max(1, min(8, (1 << 19) / max(1, depth * width)))
    }

    /// Copies rows `rows` of `b`'s panels `panels` into `packed`, a panel behind the other.
    static func pack(_ b: Operand, rows: Range<Int>, panels: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
        let size = rows.count * width, most = packedTogether(b, depth: rows.count)
        var p = panels.lowerBound
        while p < panels.upperBound {
            let target = packed + (p - panels.lowerBound) * size
            let together = min(most, panels.upperBound - p, b.columns / width - p)
            if together > 1 {
                packPanels(
                    b.matrix.pointer + rows.lowerBound * b.matrix.stride + p * width, stride: b.matrix.stride,
                    together, rows.count, target)
                p += together
            } else {
                pack(b, rows: rows, from: p * width, into: target)
                p += 1
            }
        }
    }

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

    /// Row-major source, `panels` whole panels.
    private static func packPanels(
        _ source: UnsafeMutablePointer<Float>, stride: Int, _ panels: Int, _ depth: Int,
        _ packed: UnsafeMutablePointer<Float>
    ) {
        for k in 0..<depth {
            var (line, target) = (source + k &* stride, packed + k &* width)
            for _ in 0..<panels {
                target[lanes: 0] = line[lanes: 0]
                target[lanes: Lanes.scalarCount] = line[lanes: Lanes.scalarCount]
                line += width
                target += depth &* width
            }
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

    /// Elements of a row that are turned one after the other: 16 or 32 KB of a panel.
    private static let transposedRun = 256

    /// Column-major source (a transposed matrix): blocks of eight squared are turned in registers.
    private static func packTransposed(
        _ source: UnsafeMutablePointer<Float>, stride: Int, _ columns: Int, _ depth: Int,
        _ panel: UnsafeMutablePointer<Float>
    ) {
        let whole = columns / 8 * 8, wholeDepth = depth / 16 * 16
        // Eight rows are read at a time, a run of each: more streams are not fetched ahead. The run's part of the panel
        // stays in the first cache until it is whole. Two blocks take a cache line of each row at once.
        for low in Swift.stride(from: 0, to: wholeDepth, by: transposedRun) {
            let high = min(low + transposedRun, wholeDepth)
            for n in Swift.stride(from: 0, to: whole, by: 8) {
                // The eight rows after these, the next run of the first ones, or the next panel's first rows come into the
                // first cache meanwhile.
                let following = high < wholeDepth ? transposedRun : whole &* stride &- low
                let soon = n &+ 8 < whole ? (n &+ 8) &* stride : following
                for k in Swift.stride(from: low, to: high, by: 16) {
                    let (rows, target) = (source + (n &* stride &+ k), panel + (k &* width &+ n))
                    let after = source + (soon &+ k)
                    transpose(rows, stride, into: target)
                    transpose(rows + 8, stride, into: target + 8 &* width)
                    for row in 0..<8 { jcm_fetch_soon(after + row &* stride) }
                }
            }
        }
        for k in (whole == width ? wholeDepth : 0)..<depth {
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

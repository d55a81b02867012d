internal import CSystem
internal import Tensors

/// c = [max(0, ·)](a·b [+ bias]) for one row a picture and a factor b that passes by once: FC0's 59 million weights. Shapes:
/// a [M, K], b [K, N], c [M, N], bias [N].
///
/// With eight rows each element of b takes part in eight multiply-adds only: to pack it would take as long as these. It is
/// read where it lies instead, long parts of its rows at a time, while the rows that come next are asked for. A row of c does
/// not depend on how many there are.
struct ThinProduct {
    let scratch: Scratch
    let team: WorkerTeam

    /// Elements of b, and more than these rows or columns, from which this is the faster way.
    private static let leastElements = 1 << 19, length = 4096

    /// Rows of a, and rows of b's transpose, whose sums are in registers together.
    private static let rows = 4, columns = 3

    /// Terms of a sum that are added while a's part lies in the first cache.
    private static let blockTerms = 32 * Lanes.scalarCount

    /// Columns of c that stay in the first cache while rows of b pass by, four at a time.
    private static let blockColumns = 512, terms = 4

    /// Whether `a`·`b` is made this way.
    static func fits(_ a: Operand, _ b: Operand) -> Bool {
        !a.isTransposed && a.matrix.rowsPerPicture == 1
            && b.rows * b.columns >= leastElements && max(b.rows, b.columns) > length
            && b.rows % Lanes.scalarCount == 0 && b.columns % (2 * Lanes.scalarCount) == 0
    }

    /// c = a·b, finished with `bias`, a value a column, and the rectifier.
    func multiply(_ a: Matrix, _ b: Operand, into c: Matrix, bias: UnsafeMutablePointer<Float>?, rectified: Bool) {
        if b.isTransposed {
            multiplyTransposed(a, b.matrix, into: c)
        } else {
            multiply(a, b.matrix, into: c)
        }
        guard bias != nil || rectified else { return }
        for row in 0..<c.rows {
            let line = c.pointer + row * c.stride
            for column in stride(from: 0, to: c.columns, by: Lanes.scalarCount) {
                let sum = bias.map { line[lanes: column] + $0[lanes: column] } ?? line[lanes: column]
                line[lanes: column] = rectified ? sum.largest(.zero) : sum
            }
        }
    }

    // MARK: c = a·bᵗ

    /// Each element is the sum of its lanes, and a lane the sum over every eighth (sixteenth) k, in order. The lanes of all
    /// elements are kept between one block of terms and the next.
    private func multiplyTransposed(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        let (lanes, step) = (Lanes.scalarCount, Self.blockTerms)
        let groups = (b.rows + Self.columns - 1) / Self.columns, strips = (a.rows + Self.rows - 1) / Self.rows
        let tile = Self.rows * Self.columns * lanes, stride = step + RegisterTile.line
        scratch.with(Shape(groups * strips, tile), Shape(team.count, a.rows * stride)) { sums, copies in
            sums.fill(0)
            team.parallel { thread in
                let mine = groups * thread / team.count..<groups * (thread + 1) / team.count
                let left = copies.pointer + thread * copies.shape[1]
                for first in Swift.stride(from: 0, to: a.columns, by: step) {
                    let count = min(step, a.columns - first)
                    for row in 0..<a.rows {
                        (left + row * stride).update(from: a.pointer + (row * a.stride + first), count: count)
                    }
                    for group in mine {
                        let right = b.columns(first..<first + count)
                        for strip in 0..<strips {
                            addTerms(
                                Matrix(left, rows: a.rows, columns: count, stride: stride), from: strip * Self.rows,
                                right, from: group * Self.columns, to: sums.pointer + (group * strips + strip) * tile)
                        }
                    }
                }
                for group in mine {
                    for strip in 0..<strips {
                        let found = sums.pointer + (group * strips + strip) * tile
                        for place in 0..<Self.rows * Self.columns {
                            let row = strip * Self.rows + place / Self.columns
                            let column = group * Self.columns + place % Self.columns
                            guard row < a.rows, column < b.rows else { continue }
                            c.pointer[row * c.stride + column] = found[lanes: place * lanes].sum()
                        }
                    }
                }
            }
        }
    }

    /// Adds the products of four rows of `a` and three of `b` to their lanes; beyond the last row the last one counts again.
    @inline(never)
    private func addTerms(
        _ a: Matrix, from row: Int, _ b: Matrix, from column: Int, to sums: UnsafeMutablePointer<Float>
    ) {
        let lanes = Lanes.scalarCount
        func left(_ index: Int) -> UnsafeMutablePointer<Float> { a.pointer + min(row + index, a.rows - 1) * a.stride }
        func right(_ index: Int) -> UnsafeMutablePointer<Float> {
            b.pointer + min(column + index, b.rows - 1) * b.stride
        }
        let (a0, a1, a2, a3) = (left(0), left(1), left(2), left(3)), (b0, b1, b2) = (right(0), right(1), right(2))
        let soon = row == 0 ? Self.columns * b.stride : 0
        var (s00, s01, s02) = (sums[lanes: 0], sums[lanes: lanes], sums[lanes: 2 * lanes])
        var (s10, s11, s12) = (sums[lanes: 3 * lanes], sums[lanes: 4 * lanes], sums[lanes: 5 * lanes])
        var (s20, s21, s22) = (sums[lanes: 6 * lanes], sums[lanes: 7 * lanes], sums[lanes: 8 * lanes])
        var (s30, s31, s32) = (sums[lanes: 9 * lanes], sums[lanes: 10 * lanes], sums[lanes: 11 * lanes])
        var k = 0
        while k < a.columns {
            jcm_fetch_soon(b0 + (soon &+ k))
            jcm_fetch_soon(b1 + (soon &+ k))
            jcm_fetch_soon(b2 + (soon &+ k))
            let (y0, y1, y2) = (b0[lanes: k], b1[lanes: k], b2[lanes: k])
            let x0 = a0[lanes: k]
            (s00, s01, s02) = (x0.timesPlus(y0, s00), x0.timesPlus(y1, s01), x0.timesPlus(y2, s02))
            let x1 = a1[lanes: k]
            (s10, s11, s12) = (x1.timesPlus(y0, s10), x1.timesPlus(y1, s11), x1.timesPlus(y2, s12))
            let x2 = a2[lanes: k]
            (s20, s21, s22) = (x2.timesPlus(y0, s20), x2.timesPlus(y1, s21), x2.timesPlus(y2, s22))
            let x3 = a3[lanes: k]
            (s30, s31, s32) = (x3.timesPlus(y0, s30), x3.timesPlus(y1, s31), x3.timesPlus(y2, s32))
            k &+= lanes
        }
        (sums[lanes: 0], sums[lanes: lanes], sums[lanes: 2 * lanes]) = (s00, s01, s02)
        (sums[lanes: 3 * lanes], sums[lanes: 4 * lanes], sums[lanes: 5 * lanes]) = (s10, s11, s12)
        (sums[lanes: 6 * lanes], sums[lanes: 7 * lanes], sums[lanes: 8 * lanes]) = (s20, s21, s22)
        (sums[lanes: 9 * lanes], sums[lanes: 10 * lanes], sums[lanes: 11 * lanes]) = (s30, s31, s32)
    }

    // MARK: c = a·b

    /// Each element is the sum over k, in order, as in a register tile.
    private func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        let blocks = (c.columns + Self.blockColumns - 1) / Self.blockColumns
        let stride = Self.blockColumns + RegisterTile.line
        scratch.with(Shape(team.count, c.rows * stride)) { works in
            team.pieces(blocks, grain: 1) { thread, piece in
                for block in piece {
                    let columns = block * Self.blockColumns..<min(c.columns, (block + 1) * Self.blockColumns)
                    let sums = Matrix(
                        works.pointer + thread * works.shape[1], rows: c.rows, columns: columns.count, stride: stride)
                    sums.pointer.update(repeating: 0, count: c.rows * stride)
                    for k in Swift.stride(from: 0, to: b.rows, by: Self.terms) {
                        addRows(k, of: b.columns(columns), a, to: sums)
                    }
                    for row in 0..<c.rows {
                        (c.pointer + (row * c.stride + columns.lowerBound)).update(
                            from: sums.pointer + row * stride, count: columns.count)
                    }
                }
            }
        }
    }

    /// c += columns `k` … `k` + 3 of `a` times the same rows of `b`.
    @inline(never)
    private func addRows(_ k: Int, of b: Matrix, _ a: Matrix, to c: Matrix) {
        let lanes = Lanes.scalarCount, b0 = b.pointer + k * b.stride
        let (b1, b2, b3) = (b0 + b.stride, b0 + 2 * b.stride, b0 + 3 * b.stride)
        let soon = k + 2 * Self.terms <= b.rows ? Self.terms * b.stride : 0
        var column = 0
        while column < c.columns {
            let ahead = soon &+ column
            jcm_fetch_soon(b0 + ahead)
            jcm_fetch_soon(b1 + ahead)
            jcm_fetch_soon(b2 + ahead)
            jcm_fetch_soon(b3 + ahead)
            let (x0, y0) = (b0[lanes: column], b0[lanes: column &+ lanes])
            let (x1, y1) = (b1[lanes: column], b1[lanes: column &+ lanes])
            let (x2, y2) = (b2[lanes: column], b2[lanes: column &+ lanes])
            let (x3, y3) = (b3[lanes: column], b3[lanes: column &+ lanes])
            var (factors, sums) = (a.pointer + k, c.pointer + column)
            for _ in 0..<c.rows {
                var (x, y) = (sums[lanes: 0], sums[lanes: lanes])
                let (f0, f1) = (Lanes(repeating: factors[0]), Lanes(repeating: factors[1]))
                (x, y) = (f0.timesPlus(x0, x), f0.timesPlus(y0, y))
                (x, y) = (f1.timesPlus(x1, x), f1.timesPlus(y1, y))
                let (f2, f3) = (Lanes(repeating: factors[2]), Lanes(repeating: factors[3]))
                (x, y) = (f2.timesPlus(x2, x), f2.timesPlus(y2, y))
                (x, y) = (f3.timesPlus(x3, x), f3.timesPlus(y3, y))
                (sums[lanes: 0], sums[lanes: lanes]) = (x, y)
                factors += a.stride
                sums += c.stride
            }
            column &+= 2 &* lanes
        }
    }
}

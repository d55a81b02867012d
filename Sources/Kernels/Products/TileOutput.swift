/// Where the tiles of a product go, and what happens to them on the way, while they are in registers.
///
/// c = [max(0, ·)](A·B [· factor] [+ bias] [+ c] [+ residual]); beside it, for batch normalisation, sums of A·B over the rows.
struct TileOutput {
    /// The result's first element, and the elements from one row to the next.
    let base: UnsafeMutablePointer<Float>
    let stride: Int

    /// Columns of the result.
    let columns: Int

    /// Whether the product is added to what is there.
    var adding = false

    /// A value a column, with which each row is multiplied: batch normalisation with fixed statistics.
    var factor: UnsafeMutablePointer<Float>?

    /// A value a column, added to each row.
    var bias: UnsafeMutablePointer<Float>?

    /// As many elements as the result, at the same strides.
    var residual: UnsafeMutablePointer<Float>?

    /// Whether negative results become 0.
    var rectified = false

    /// Sums over the rows of each chunk: for chunk number i, three rows of `columns` from element 3·i·columns on:
    /// a shift s, Σ (c − s) and Σ (c − s)².
    var sums: UnsafeMutablePointer<Float>?

    /// The part of one panel, from `row` on (the begin of a chunk where sums are asked for) and of the columns from
    /// `column` on.
    func panel(row: Int, column: Int) -> PanelOutput {
        let place = row * stride + column
        return PanelOutput(
            base: base + place, stride: stride, width: min(RegisterTile.columns, columns - column),
            isPlain: !adding && factor == nil && bias == nil && residual == nil && !rectified, adding: adding,
            factor: factor.map { $0 + column }, bias: bias.map { $0 + column }, residual: residual.map { $0 + place },
            rectified: rectified,
            sums: sums.map { $0 + (3 * (row / TileProduct.chunkRows) * columns + column) }, sumStride: columns)
    }
}

/// Strips of tiles that are added to a strip's tiles before its output takes them; their rows lie a tile's columns apart.
struct TileLink {
    /// What is added first.
    let addend: UnsafeMutablePointer<Float>

    /// Where the sum is kept, if anywhere.
    var kept: UnsafeMutablePointer<Float>?

    /// What is added then.
    var second: UnsafeMutablePointer<Float>?
}

/// The part of a `TileOutput` that one strip of tiles fills: a panel's columns.
struct PanelOutput {
    let base: UnsafeMutablePointer<Float>
    let stride: Int

    /// Columns that exist: the last panel may be narrower than a tile.
    let width: Int

    fileprivate let isPlain: Bool
    fileprivate let adding: Bool
    fileprivate let factor: UnsafeMutablePointer<Float>?
    fileprivate let bias: UnsafeMutablePointer<Float>?
    fileprivate let residual: UnsafeMutablePointer<Float>?
    fileprivate let rectified: Bool
    fileprivate let sums: UnsafeMutablePointer<Float>?
    fileprivate let sumStride: Int

    /// Whether an earlier strip of the same chunk has begun its sums.
    fileprivate var continuesSums = false

    /// What is added to the tiles before anything else.
    fileprivate var link: TileLink?

    /// What the tiles of `count` rows, from row `first` of the strip on, meet in memory; none if that is a core's own.
    func place(from first: Int, count: Int) -> Matrix? {
        guard stride > RegisterTile.columns else { return nil }
        return Matrix((residual ?? base) + first * stride, rows: count, columns: width, stride: stride)
    }

    /// Takes `count` rows (a literal) of `tile`, from row `first` of the strip on; only their left registers where the
    /// tile is not `wide`. They go `shift` columns to the right, where the output has nothing that belongs to a column.
    @inline(__always)
    func take(_ product: RegisterTile, _ count: Int, wide isFull: Bool, first: Int, shift: Int = 0) {
        var tile = product
        if let link {
            let place = first &* RegisterTile.columns
            tile.add(count, link.addend + place)
            if let kept = link.kept { tile.keep(count, kept + place) }
            if let second = link.second { tile.add(count, second + place) }
        }
        let size = Lanes.scalarCount
        let place = first &* stride &+ shift
        if isPlain && isFull {
            tile.forEachRow(count) { m, product in
                base[lanes: place &+ m &* stride] = product.left
                base[lanes: place &+ m &* stride &+ size] = product.right
            }
        } else {
            let one = Lanes(repeating: 1)
            let left = bias.map { $0[lanes: 0] } ?? .zero, leftFactor = factor.map { $0[lanes: 0] } ?? one
            let right = isFull ? bias.map { $0[lanes: size] } ?? .zero : .zero
            let rightFactor = isFull ? factor.map { $0[lanes: size] } ?? one : one
            tile.forEachRow(count) { m, product in
                let offset = place &+ m &* stride
                finish(product.left.timesPlus(leftFactor, left), offset)
                if isFull { finish(product.right.timesPlus(rightFactor, right), offset &+ size) }
            }
        }
        if let sums { addSums(sums, tile, count, isFirst: first == 0 && !continuesSums, isFull: isFull) }
    }

    /// The rows from `row` on, for a strip of its own; sums go with the whole.
    func below(_ row: Int) -> PanelOutput {
        PanelOutput(
            base: base + row * stride, stride: stride, width: width, isPlain: isPlain, adding: adding,
            factor: factor, bias: bias, residual: residual.map { $0 + row * stride }, rectified: rectified, sums: nil,
            sumStride: sumStride)
    }

    /// The same with tiles that `link` is added to; only for panels as wide as a tile.
    func linked(_ link: TileLink) -> PanelOutput {
        precondition(width == RegisterTile.columns, "a link of \(width) columns")
        var result = self
        result.link = link
        return result
    }

    /// Every second row, from the first or from the second one on, linked; odd rows come after even ones.
    func everySecondRow(odd: Bool, _ link: TileLink) -> PanelOutput {
        let shift = odd ? stride : 0
        var result = PanelOutput(
            base: base + shift, stride: 2 * stride, width: width, isPlain: isPlain, adding: adding, factor: factor,
            bias: bias, residual: residual.map { $0 + shift }, rectified: rectified, sums: sums, sumStride: sumStride)
        result.continuesSums = odd
        return result.linked(link)
    }

    @inline(__always)
    private func finish(_ product: Lanes, _ offset: Int) {
        var value = product
        if adding { value += base[lanes: offset] }
        if let residual { value += residual[lanes: offset] }
        base[lanes: offset] = rectified ? value.largest(.zero) : value
    }

    /// Adds the rows to their chunk's sums; a chunk's first row is its shift.
    @inline(__always)
    private func addSums(
        _ shift: UnsafeMutablePointer<Float>, _ tile: RegisterTile, _ count: Int, isFirst: Bool, isFull: Bool
    ) {
        let size = Lanes.scalarCount
        let (first, second) = (shift + sumStride, shift + 2 * sumStride)
        var s = TileRow(), total = TileRow(), squares = TileRow()
        if isFirst {
            tile.forEachRow(1) { s = $1 }
            shift[lanes: 0] = s.left
            if isFull { shift[lanes: size] = s.right }
        } else {
            (s.left, total.left, squares.left) = (shift[lanes: 0], first[lanes: 0], second[lanes: 0])
            if isFull {
                (s.right, total.right) = (shift[lanes: size], first[lanes: size])
                squares.right = second[lanes: size]
            }
        }
        tile.forEachRow(count) { _, product in
            let (left, right) = (product.left - s.left, product.right - s.right)
            total.left += left
            total.right += right
            squares.left = left.timesPlus(left, squares.left)
            squares.right = right.timesPlus(right, squares.right)
        }
        (first[lanes: 0], second[lanes: 0]) = (total.left, squares.left)
        if isFull { (first[lanes: size], second[lanes: size]) = (total.right, squares.right) }
    }

    /// Takes `count` rows of products that lie a tile's columns apart: for panels that fill no register, element by
    /// element.
    func takeEdge(_ products: UnsafeMutablePointer<Float>, _ count: Int, first: Int) {
        for m in 0..<count {
            for n in 0..<width {
                let (product, offset) = (products[m * RegisterTile.columns + n], (first + m) * stride + n)
                var value = product * (factor.map { $0[n] } ?? 1) + (bias.map { $0[n] } ?? 0)
                if adding { value += base[offset] }
                if let residual { value += residual[offset] }
                base[offset] = rectified ? max(0, value) : value
                guard let shift = sums.map({ $0 + n }) else { continue }
                if first + m == 0 { (shift[0], shift[sumStride], shift[2 * sumStride]) = (product, 0, 0) }
                let difference = product - shift[0]
                shift[sumStride] += difference
                shift[2 * sumStride] += difference * difference
            }
        }
    }
}

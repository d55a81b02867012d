internal import Tensors

/// Products on register tiles: the right factor is packed into panels, the left one is read as it lies, or as `LeftRows`
/// make it.
///
/// OpenBLAS packs both factors for every call and leaves thin ones at half of the peak; here a factor with few columns is
/// packed once for all rows, and what has to be done to the result is done in registers (`TileOutput`). Deep and wide products
/// take seven halves instead of eight (`StrassenProduct`).
struct TileProduct {
    let scratch: Scratch
    let team: WorkerTeam

    /// Rows that are worked on together, and over which `TileOutput.sums` add: a multiple of any tile's rows. Cuts fall
    /// between chunks wherever threads share rows, so that no sum depends on the team.
    static let chunkRows = 168

    /// The left factor of a product: rows that lie in memory, or that are made a chunk at a time.
    struct LeftRows {
        /// Number of rows, and elements of each.
        let count: Int, depth: Int

        /// Whether rows 2i and 2i + 1 are the same picture's for every i, so that they may be added to each other.
        var isPaired = false

        /// Chunks of rows.
        var chunks: Int { (count + TileProduct.chunkRows - 1) / TileProduct.chunkRows }

        /// The rows where they lie, if they do.
        var matrix: Matrix?

        /// The rows if tiles can read them where they lie: a multiple of 2 KB apart they fall into few sets of the cache,
        /// and are copied.
        var lying: Matrix? { matrix.flatMap { $0.stride % 512 == 0 ? nil : $0 } }

        /// Writes rows `range` into a buffer whose rows begin the given number of elements apart.
        let fill: (Range<Int>, UnsafeMutablePointer<Float>, Int) -> Void
    }

    /// output = a·b.
    func multiply(_ a: LeftRows, _ b: Operand, _ output: TileOutput) {
        guard a.count > 0, b.columns > 0 else { return }
        if StrassenProduct.fits(a, b) {
            StrassenProduct(scratch: scratch, team: team).multiply(a, b, output)
        } else if a.count * a.depth <= Self.strip || a.count <= Self.fewRows {
            multiplyByColumns(a, b, output)
        } else if a.lying == nil && a.chunks < Self.unitsPerThread * team.count {
            // Several threads will need the same rows.
            let stride = Self.bufferStride(a.depth)
            scratch.with(Shape(a.count, stride)) { rows in
                team.ranges(a.count, grain: 8) { a.fill($0, rows.pointer + $0.lowerBound * stride, stride) }
                let matrix = Matrix(rows.pointer, rows: a.count, columns: a.depth, stride: stride)
                multiplyByRows(LeftRows(matrix), b, output)
            }
        } else {
            multiplyByRows(a, b, output)
        }
    }

    /// Elements of a left factor's strip of rows that stays in the second cache while the panels pass by it (352 KB).
    private static let strip = 88 << 10

    /// Rows up to which each panel is packed right before its use.
    static let fewRows = 3 * chunkRows

    /// Units, chunks of rows or panels, of which a thread has as many where threads seldom meet in one: with fewer, several
    /// need what only one of them would make.
    static let unitsPerThread = 4

    /// Elements between the rows of a filled buffer: rows of a power of two would fall into few sets of the cache.
    static func bufferStride(_ depth: Int) -> Int { (depth + 15) / 16 * 16 + 16 }

    /// Many rows: all panels are packed, then threads share the chunks of rows, and the panels of a chunk where these are what
    /// is left.
    private func multiplyByRows(_ a: LeftRows, _ b: Operand, _ output: TileOutput) {
        let (depth, width) = (a.depth, Panels.width)
        let panels = Panels.count(b.columns), stride = Self.bufferStride(depth)
        let buffer = a.lying == nil ? Self.chunkRows * stride : 0
        scratch.with(Shape(panels, depth * width), Shape(team.count, buffer)) { packed, buffers in
            team.ranges(panels) { range in
                Panels.pack(
                    b, rows: 0..<depth, panels: range, into: packed.pointer + range.lowerBound * depth * width)
            }
            team.pieces(a.chunks * panels, grain: panels) { thread, piece in
                let ahead = Ahead(elements: a.count * depth)
                Self.forEachChunk(of: piece, panels: panels) { chunk, some in
                    let first = chunk * Self.chunkRows, count = min(Self.chunkRows, a.count - first)
                    var rows = Matrix(buffers.pointer + thread * buffer, rows: count, columns: depth, stride: stride)
                    if let lying = a.lying {
                        rows = lying.rows(first..<first + count)
                    } else {
                        a.fill(first..<first + count, rows.pointer, stride)
                    }
                    let isFollowed = first + count < a.count && some.upperBound == panels
                    multiplyChunk(
                        rows, packed.pointer, some, output, first: first,
                        next: isFollowed ? a.matrix.flatMap { strip(of: $0, from: first + count) } : nil, ahead)
                }
            }
        }
    }

    /// Cuts a piece of a loop over all chunks' panels at the chunks' ends: `body(chunk, panels)`.
    @inline(__always)
    static func forEachChunk(of piece: Range<Int>, panels: Int, _ body: (Int, Range<Int>) -> Void) {
        var place = piece.lowerBound
        while place < piece.upperBound {
            let (chunk, first) = place.quotientAndRemainder(dividingBy: panels)
            let last = min(panels, first + piece.upperBound - place)
            body(chunk, first..<last)
            place += last - first
        }
    }

    /// The rows of a chunk that begins with row `first` times some panels, strip by strip; those of `next` come after them.
    private func multiplyChunk(
        _ rows: Matrix, _ packed: UnsafeMutablePointer<Float>, _ panels: Range<Int>, _ output: TileOutput, first: Int,
        next: Matrix?, _ ahead: Ahead?
    ) {
        let (depth, width) = (rows.columns, Panels.width)
        var low = 0
        while let some = strip(of: rows, from: low) {
            let following = strip(of: rows, from: low + some.rows) ?? next
            for p in panels {
                ahead?.spread(following, part: p - panels.lowerBound, of: panels.count, rows: some.rows)
                let after = p + 1 < panels.upperBound ? p + 1 : panels.lowerBound
                TileStrip.rows(
                    some.pointer, some.stride, packed + p * depth * width, depth: depth, count: some.rows,
                    output.panel(row: first, column: p * width), first: low, ahead: ahead,
                    next: packed + after * depth * width)
            }
            low += some.rows
        }
    }

    /// The rows from `low` on that stay in the second cache: whole tiles of six and of fourteen rows, or what is left.
    private func strip(of rows: Matrix, from low: Int) -> Matrix? {
        guard low < rows.rows else { return nil }
        let count = max(1, Self.strip / max(1, rows.columns) / 42) * 42
        return rows.rows(low..<min(rows.rows, low + count))
    }

    /// Few rows: they are filled once, then threads share the panels, each packed right before its use.
    private func multiplyByColumns(_ a: LeftRows, _ b: Operand, _ output: TileOutput) {
        let (depth, width) = (a.depth, Panels.width)
        let panels = Panels.count(b.columns), chunks = a.chunks
        let stride = a.lying?.stride ?? Self.bufferStride(depth)
        let panelSize = depth * width, most = min(panels, Panels.packedTogether(b, depth: depth))
        scratch.with(Shape(team.count, most * panelSize), Shape(a.lying == nil ? a.count * stride : 0)) {
            packed, buffer in
            if a.lying == nil {
                team.ranges(a.count, grain: 8) { a.fill($0, buffer.pointer + $0.lowerBound * stride, stride) }
            }
            let rows = a.lying?.pointer ?? buffer.pointer
            team.pieces(panels, grain: most) { thread, piece in
                for low in Swift.stride(from: piece.lowerBound, to: piece.upperBound, by: most) {
                    var panel = packed.pointer + thread * most * panelSize
                    let some = low..<min(low + most, piece.upperBound)
                    Panels.pack(b, rows: 0..<depth, panels: some, into: panel)
                    for p in some {
                        for chunk in 0..<chunks {
                            let first = chunk * Self.chunkRows
                            TileStrip.rows(
                                rows + first * stride, stride, panel, depth: depth,
                                count: min(Self.chunkRows, a.count - first),
                                output.panel(row: first, column: p * width))
                        }
                        panel += panelSize
                    }
                }
            }
        }
    }
}

extension TileProduct.LeftRows {
    /// The rows of a matrix.
    init(_ matrix: Matrix) {
        (count, depth, self.matrix) = (matrix.rows, matrix.columns, matrix)
        fill = { range, buffer, stride in
            for (index, row) in range.enumerated() {
                (buffer + index * stride).update(from: matrix.pointer + row * matrix.stride, count: matrix.columns)
            }
        }
    }

    /// Rows `range`, where they lie or filled into `buffer`.
    func rows(_ range: Range<Int>, filledInto buffer: UnsafeMutablePointer<Float>) -> Matrix {
        if let matrix { return matrix.rows(range) }
        let rows = Matrix(buffer, rows: range.count, columns: depth, stride: TileProduct.bufferStride(depth))
        fill(range, buffer, rows.stride)
        return rows
    }

    /// The same rows, of which every picture has `count`.
    func ofPictures(_ count: Int) -> Self {
        var result = self
        result.isPaired = count % 2 == 0
        return result
    }

    /// Rows that `fill` makes.
    init(count: Int, depth: Int, fill: @escaping (Range<Int>, UnsafeMutablePointer<Float>, Int) -> Void) {
        (self.count, self.depth, self.fill) = (count, depth, fill)
    }
}

internal import Tensors

/// c = [c +] aᵗ·b for factors with many rows: the gradient of a weight, summed over pixels or positions.
///
/// The rows are taken in chunks that stay in the cache; of each, the factors are packed, and the tiles of c add up.
/// Long sums into a small c are cut into segments by the data alone, which threads share; the segments are added in order:
/// the bits are the same on any team.
struct TransposedProduct {
    let scratch: Scratch
    let team: WorkerTeam

    /// Rows of a chunk, about: a panel of b takes 32 KB with AVX-512, 16 KB else, up to half as much again in the longest.
    static let chunkRows = 256

    /// The most rows of a chunk.
    private static let longestChunk = chunkRows * 3 / 2

    /// Chunks of the same length, give or take a row: a short last one would read and write all of c once more for little.
    private static func chunks(of rows: Range<Int>) -> [Range<Int>] {
        let count = max(1, (rows.count + chunkRows / 2) / chunkRows)
        return (0..<count).map {
            rows.lowerBound + rows.count * $0 / count..<rows.lowerBound + rows.count * ($0 + 1) / count
        }
    }

    /// Columns of a that are packed together: whole tiles, about 264 KB; two or four of them hold 512 or 1024.
    private static let groupColumns = 268 / RegisterTile.rows * RegisterTile.rows

    /// Elements from one row of a to the next from which its lines fall into few sets of the caches.
    private static let scatteredStride = 512

    /// Columns of b that are packed together (about 2 MB).
    private static let panelColumns = 2048

    /// Room for the columns of a, the ends of the blocks included.
    private static var groupSize: Int {
        (groupColumns / RegisterTile.rows + 1) * blockStride(longestChunk)
    }

    /// Rows of a segment.
    private static let segmentRows = 3136

    /// Elements of c up to which segments pay: each has a c of its own.
    private static let segmentedElements = 1 << 16

    /// c = [c +] aᵗ·b; `b` may be made a chunk at a time.
    func multiply(_ a: Matrix, _ b: TileProduct.LeftRows, into c: Matrix, adding: Bool) {
        precondition(a.rows == b.count && a.columns == c.rows && b.depth == c.columns, "aᵗ·b")
        let segments = (a.rows + Self.segmentRows - 1) / Self.segmentRows
        if segments > 1 && c.rows * c.columns <= Self.segmentedElements {
            multiplyBySegments(a, b, into: c, adding, segments)
        } else {
            multiplyByParts(a, b, into: c, adding)
        }
    }

    private func multiplyBySegments(
        _ a: Matrix, _ b: TileProduct.LeftRows, into c: Matrix, _ adding: Bool, _ segments: Int
    ) {
        let size = c.rows * c.columns
        scratch.with(Shape(segments, size), Shape(team.count, workspace(b))) { partial, work in
            team.parallel { thread in
                for segment in segments * thread / team.count..<segments * (thread + 1) / team.count {
                    let rows = a.rows * segment / segments..<a.rows * (segment + 1) / segments
                    let own = Matrix(
                        partial.pointer + segment * size, rows: c.rows, columns: c.columns, stride: c.columns)
                    product(
                        a, b, rows, columns: 0..<c.rows, panels: 0..<Panels.count(c.columns), into: own, false,
                        work.pointer + thread * work.shape[1])
                }
            }
            team.ranges(c.rows) { range in
                for row in range {
                    let target = c.pointer + row * c.stride
                    for segment in 0..<segments {
                        let source = partial.pointer + segment * size + row * c.columns
                        if segment == 0 && !adding {
                            target.update(from: source, count: c.columns)
                        } else {
                            for column in 0..<c.columns { target[column] += source[column] }
                        }
                    }
                }
            }
        }
    }

    /// Threads share c: its panels, or parts of its rows where these are longer, or both.
    private func multiplyByParts(_ a: Matrix, _ b: TileProduct.LeftRows, into c: Matrix, _ adding: Bool) {
        let panels = Panels.count(c.columns)
        let blocks = (c.rows + RegisterTile.rows - 1) / RegisterTile.rows
        // Where parts of the rows come out even, each thread packs its own of the longer factor, and all of the other.
        let isLong = c.rows > c.columns && blocks >= 8 * team.count
        let parts = min(blocks, isLong ? team.count : (team.count + panels - 1) / panels)
        scratch.with(Shape(team.count, workspace(b))) { work in
            team.parallel { thread in
                let mine = panels * parts * thread / team.count..<panels * parts * (thread + 1) / team.count
                let memory = work.pointer + thread * work.shape[1]
                var unit = mine.lowerBound
                while unit < mine.upperBound {
                    // A run of panels of one part of the rows.
                    let (part, first) = unit.quotientAndRemainder(dividingBy: panels)
                    let last = min(panels, first + mine.upperBound - unit)
                    let low = min(c.rows, blocks * part / parts * RegisterTile.rows)
                    let high = min(c.rows, blocks * (part + 1) / parts * RegisterTile.rows)
                    product(
                        a, b, 0..<a.rows, columns: low..<high, panels: first..<last, into: c, adding, memory)
                    unit += last - first
                }
            }
        }
    }

    private func workspace(_ b: TileProduct.LeftRows) -> Int {
        let filled = b.matrix == nil ? Self.longestChunk * TileProduct.bufferStride(b.depth) : 0
        return panelsTogether(b) * Self.longestChunk * Panels.width + Self.groupSize + filled
    }

    /// Panels of b that are packed together for all groups of a's columns.
    private func panelsTogether(_ b: TileProduct.LeftRows) -> Int {
        min(Self.panelColumns / Panels.width, Panels.count(b.depth))
    }

    /// The tiles of `columns` × `panels`, summed over `rows`.
    private func product(
        _ a: Matrix, _ b: TileProduct.LeftRows, _ rows: Range<Int>, columns: Range<Int>, panels: Range<Int>,
        into c: Matrix, _ adding: Bool, _ work: UnsafeMutablePointer<Float>
    ) {
        let together = panelsTogether(b)
        let group = work + together * Self.longestChunk * Panels.width
        let made = group + Self.groupSize
        let ahead = Ahead(elements: rows.count * (a.columns + b.depth))
        let chunks = Self.chunks(of: rows)
        for (number, chunk) in chunks.enumerated() {
            var right = Matrix(made, rows: chunk.count, columns: b.depth, stride: TileProduct.bufferStride(b.depth))
            if let matrix = b.matrix { right = matrix.rows(chunk) } else { b.fill(chunk, made, right.stride) }
            let output = TileOutput(
                base: c.pointer, stride: c.stride, columns: c.columns, adding: adding || number > 0)
            let panelSize = chunk.count * Panels.width
            let nextChunk = number + 1 < chunks.count ? chunks[number + 1] : rows.upperBound..<rows.upperBound
            for start in stride(from: panels.lowerBound, to: panels.upperBound, by: together) {
                let some = start..<min(start + together, panels.upperBound)
                Panels.pack(Operand(right), rows: 0..<chunk.count, panels: some, into: work)
                if some.count == 1 && a.stride < Self.scatteredStride {
                    // What is read once need not be packed.
                    let left = a.rows(chunk).columns(columns)
                    TileStrip.columns(
                        left.pointer, left.stride, work, depth: chunk.count, count: columns.count,
                        output.panel(row: columns.lowerBound, column: start * Panels.width))
                    continue
                }
                for low in stride(from: columns.lowerBound, to: columns.upperBound, by: Self.groupColumns) {
                    let count = min(Self.groupColumns, columns.upperBound - low)
                    let isLast = low + count == columns.upperBound
                    packColumns(a, chunk, low..<low + count, into: group)
                    // The group after this one; after the last one the next chunk's first, and its rows of b.
                    let following = isLast ? columns.lowerBound : low + count
                    let next = a.rows(isLast ? nextChunk : chunk).columns(
                        following..<min(columns.upperBound, following + Self.groupColumns))
                    let nextRight = isLast ? b.matrix?.rows(nextChunk) : nil
                    for p in some {
                        ahead?.spread(next, part: p - start, of: some.count, and: nextRight, rows: count)
                        TileStrip.packedColumns(
                            group, blockStride: Self.blockStride(chunk.count), work + (p - start) * panelSize,
                            depth: chunk.count, count: count, output.panel(row: low, column: p * Panels.width),
                            ahead: ahead)
                    }
                }
            }
        }
    }

    /// Elements from one packed block of `rows` rows to the next; a row may be copied a whole register long.
    static func blockStride(_ rows: Int) -> Int { RegisterTile.rows * rows + Lanes.scalarCount }

    /// Blocks of a tile's rows of aᵗ, one behind the other, each a row after row: what a tile reads lies together.
    func packColumns(
        _ a: Matrix, _ rows: Range<Int>, _ columns: Range<Int>, into group: UnsafeMutablePointer<Float>
    ) {
        let blockStride = Self.blockStride(rows.count)
        // Where a row goes on far enough, more than a block's columns are copied: the next row's overwrite them.
        let (size, step) = (Lanes.scalarCount, RegisterTile.rows)
        let readable = (a.columns - columns.lowerBound + step - size) / step * step
        let whole = max(0, min(columns.count / step * step, readable))
        for (k, row) in rows.enumerated() {
            let source = a.pointer + (row &* a.stride &+ columns.lowerBound)
            var (first, target) = (0, group + k &* step)
            while first < whole {
                target[lanes: 0] = source[lanes: first]
                first &+= step
                target += blockStride
            }
            for place in first..<columns.count {
                group[place / step &* blockStride &+ k &* step &+ place % step] = source[place]
            }
        }
    }
}

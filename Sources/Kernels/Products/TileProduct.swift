internal import Tensors

/// Products on register tiles: the right factor is packed into panels, the left one is read as it lies, or as `LeftRows`
/// make it.
///
/// OpenBLAS packs both factors for every call and leaves thin ones at half of the peak; here a factor with few columns is
/// packed once for all rows, and what has to be done to the result is done in registers (`TileOutput`).
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
        if a.count * a.depth <= Self.residentLeft || a.count <= 3 * Self.chunkRows {
            multiplyByColumns(a, b, output)
        } else {
            multiplyByRows(a, b, output)
        }
    }

    /// Elements of a left factor that stays in the caches while each panel passes by it (4 MB).
    private static let residentLeft = 1 << 20

    /// Elements between the rows of a filled buffer: rows of a power of two would fall into few sets of the cache.
    private static func bufferStride(_ depth: Int) -> Int { (depth + 15) / 16 * 16 + 16 }

    /// Many rows: all panels are packed, then threads share the chunks of rows.
    private func multiplyByRows(_ a: LeftRows, _ b: Operand, _ output: TileOutput) {
        let (depth, width) = (a.depth, Panels.width)
        let panels = Panels.count(b.columns), chunks = (a.count + Self.chunkRows - 1) / Self.chunkRows
        let stride = Self.bufferStride(depth)
        let buffer = a.lying == nil ? Self.chunkRows * stride : 0
        scratch.with(Shape(panels, depth * width), Shape(team.count, buffer)) { packed, buffers in
            team.ranges(panels) { range in
                Panels.pack(
                    b, rows: 0..<depth, panels: range, into: packed.pointer + range.lowerBound * depth * width)
            }
            team.parallel { thread in
                for chunk in chunks * thread / team.count..<chunks * (thread + 1) / team.count {
                    let first = chunk * Self.chunkRows, count = min(Self.chunkRows, a.count - first)
                    var (rows, rowStride) = (buffers.pointer + thread * buffer, stride)
                    if let lying = a.lying {
                        (rows, rowStride) = (lying.pointer + first * lying.stride, lying.stride)
                    } else {
                        a.fill(first..<first + count, rows, stride)
                    }
                    for p in 0..<panels {
                        TileStrip.rows(
                            rows, rowStride, packed.pointer + p * depth * width, depth: depth, count: count,
                            output.panel(row: first, column: p * width))
                    }
                }
            }
        }
    }

    /// Few rows: they are filled once, then threads share the panels, each packed right before its use.
    private func multiplyByColumns(_ a: LeftRows, _ b: Operand, _ output: TileOutput) {
        let (depth, width) = (a.depth, Panels.width)
        let panels = Panels.count(b.columns), chunks = (a.count + Self.chunkRows - 1) / Self.chunkRows
        let stride = a.lying?.stride ?? Self.bufferStride(depth)
        let panelSize = depth * width, most = min(panels, Panels.packedTogether(b, depth: depth))
        scratch.with(Shape(team.count, most * panelSize), Shape(a.lying == nil ? a.count * stride : 0)) {
            packed, buffer in
            if a.lying == nil {
                team.ranges(a.count, grain: 8) { a.fill($0, buffer.pointer + $0.lowerBound * stride, stride) }
            }
            let rows = a.lying?.pointer ?? buffer.pointer
            team.parallel { thread in
                let mine = panels * thread / team.count..<panels * (thread + 1) / team.count
                for low in Swift.stride(from: mine.lowerBound, to: mine.upperBound, by: most) {
                    var panel = packed.pointer + thread * most * panelSize
                    let some = low..<min(low + most, mine.upperBound)
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

    /// Rows that `fill` makes.
    init(count: Int, depth: Int, fill: @escaping (Range<Int>, UnsafeMutablePointer<Float>, Int) -> Void) {
        (self.count, self.depth, self.fill) = (count, depth, fill)
    }
}

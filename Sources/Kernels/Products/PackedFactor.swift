public import Tensors

/// A right factor that was packed once, for several products with few rows each: a recurrent layer's steps.
public struct PackedFactor {
    private let panels: UnsafeMutablePointer<Float>

    /// Rows and columns of the factor.
    public let depth: Int, columns: Int

    /// Gives `body` the packed `b`, for as long as it runs.
    public static func with<Result>(
        _ b: Operand, scratch: Scratch, team: WorkerTeam, _ body: (PackedFactor) throws -> Result
    ) rethrows -> Result {
        let (depth, panels) = (b.rows, Panels.count(b.columns))
        let size = depth * Panels.width
        return try scratch.with(Shape(panels, size)) { packed in
            team.ranges(panels) { range in
                Panels.pack(b, rows: 0..<depth, panels: range, into: packed.pointer + range.lowerBound * size)
            }
            return try body(PackedFactor(panels: packed.pointer, depth: depth, columns: b.columns))
        }
    }

    /// c = a·self, or c += a·self, on the caller's thread alone.
    public func multiply(_ a: Matrix, into c: Matrix, adding: Bool) {
        precondition(
            a.columns == depth && c.columns == columns && a.rows == c.rows,
            "[\(a.rows), \(a.columns)] · [\(depth), \(columns)] into [\(c.rows), \(c.columns)]")
        let output = TileOutput(base: c.pointer, stride: c.stride, columns: columns, adding: adding)
        let count = Panels.count(columns), size = depth * Panels.width
        for p in 0..<count {
            TileStrip.rows(
                a.pointer, a.stride, panels + p * size, depth: depth, count: a.rows,
                output.panel(row: 0, column: p * Panels.width), next: panels + (p + 1) % count * size)
        }
    }
}

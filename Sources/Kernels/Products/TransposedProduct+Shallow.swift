internal import Tensors

/// c = [c +] aᵗ·b of factors with few rows: little is summed and much written, such as the gradient of a linear layer.
///
/// Both factors are packed whole, and the tiles of c go out side by side, so that its rows are written from their begin to
/// their end: one below the other they would fall into few sets of the caches, where rows lie a multiple of 4 KB apart.
extension TransposedProduct {
    /// c [M, N] = [c +] aᵗ·b for a [K, M] and b [K, N], K at most a chunk's rows, as they lie; threads share the rows of c,
    /// and parts of these where there are few.
    func multiplyShallow(_ a: Matrix, _ b: Matrix, into c: Matrix, adding: Bool) {
        let (depth, panels, step) = (a.rows, Panels.count(c.columns), RegisterTile.rows)
        guard depth > 0, c.rows > 0 else { return }
        let blocks = (c.rows + step - 1) / step, blockStride = Self.blockStride(depth)
        let parts = min(panels, (4 * team.count + blocks - 1) / blocks), panelSize = depth * Panels.width
        let output = TileOutput(base: c.pointer, stride: c.stride, columns: c.columns, adding: adding)
        scratch.with(Shape(panels, panelSize), Shape(blocks, blockStride)) { right, left in
            // Both in one region: either is done in a few microseconds.
            team.ranges(panels + blocks) {
                let some = $0.clamped(to: 0..<panels), first = max($0.lowerBound, panels) - panels
                Panels.pack(
                    Operand(b), rows: 0..<depth, panels: some, into: right.pointer + some.lowerBound * panelSize)
                guard $0.upperBound > panels else { return }
                let columns = first * step..<min(c.rows, ($0.upperBound - panels) * step)
                packColumns(a, 0..<depth, columns, into: left.pointer + first * blockStride)
            }
            team.pieces(blocks * parts, grain: parts) { _, piece in
                for unit in piece {
                    let (block, part) = unit.quotientAndRemainder(dividingBy: parts)
                    let mine = panels * part / parts..<panels * (part + 1) / parts
                    let whole = mine.clamped(to: 0..<c.columns / Panels.width), count = min(step, c.rows - block * step)
                    TileStrip.acrossPanels(
                        left.pointer + block * blockStride, right.pointer + whole.lowerBound * panelSize,
                        panelSize: panelSize, panels: whole.count, depth: depth, count: count,
                        output.panel(row: block * step, column: whole.lowerBound * Panels.width))
                    for p in mine.clamped(to: whole.upperBound..<panels) {
                        TileStrip.columns(
                            left.pointer + block * blockStride, step, right.pointer + p * panelSize, depth: depth,
                            count: count, output.panel(row: block * step, column: p * Panels.width))
                    }
                }
            }
        }
    }
}

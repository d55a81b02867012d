internal import CSystem

/// Memory that strips of tiles ask for while they compute, some lines beside each tile: what comes next is in the second
/// cache by then. Registers do not wait for what is asked for; they would where the next strip has to fetch it itself.
///
/// For factors that no cache of the core holds; others lose a percent or two by being asked for.
final class Ahead {
    /// Elements of factors that the second cache does not hold (2 MB).
    private static let coldElements = 1 << 19

    private var first = Lines(), second = Lines()

    /// One for factors of `elements` elements, or none where these are in a cache anyway.
    init?(elements: Int) {
        guard elements > Self.coldElements else { return nil }
    }

    /// Spreads part `part` of `parts` of the lines of `next`, and of `other`, over the tiles of the strip of `rows` rows that
    /// follows. Either may be missing.
    func spread(_ next: Matrix?, part: Int, of parts: Int, and other: Matrix? = nil, rows: Int) {
        let tiles = (rows + RegisterTile.rows - 1) / RegisterTile.rows
        first = next.map { Lines($0, part, parts, tiles: tiles) } ?? Lines()
        second = other.map { Lines($0, part, parts, tiles: tiles) } ?? Lines()
    }

    /// Asks for the lines beside the tile that begins with row `row` of the strip.
    @inline(never)
    func fetch(_ row: Int) { forEachLine(beside: row) { jcm_fetch_ahead($0) } }

    /// The lines beside that tile.
    @inline(__always)
    func forEachLine(beside row: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        first.forEach(beside: row / RegisterTile.rows, body)
        second.forEach(beside: row / RegisterTile.rows, body)
    }
}

/// Some cache lines of a matrix, counted along its rows.
private struct Lines {
    private static let elements = 16

    private var base: UnsafeMutablePointer<Float>?
    private var stride = 0, linesPerRow = 1
    private var range = 0..<0

    /// Lines beside each tile.
    private var each = 0

    init() {}

    init(_ matrix: Matrix, _ part: Int, _ parts: Int, tiles: Int) {
        (base, stride) = (matrix.pointer, matrix.stride)
        linesPerRow = (matrix.columns + Self.elements - 1) / Self.elements
        let count = matrix.rows * linesPerRow
        range = count * part / parts..<count * (part + 1) / parts
        each = (range.count + tiles - 1) / max(1, tiles)
    }

    @inline(__always)
    func forEach(beside tile: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
        let start = range.lowerBound &+ tile &* each, end = min(start &+ each, range.upperBound)
        guard let base, start < end else { return }
        var (row, column) = start.quotientAndRemainder(dividingBy: linesPerRow)
        for _ in start..<end {
            body(base + (row &* stride &+ column &* Self.elements))
            column &+= 1
            if column == linesPerRow { (row, column) = (row &+ 1, 0) }
        }
    }
}

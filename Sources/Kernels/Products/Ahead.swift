internal import CSystem

/// Memory that strips of tiles ask for while they compute, some lines beside each tile: what comes next is in the second
/// cache by then, and so is the place where the tile goes. Registers do not wait for what is asked for; they would where
/// the next strip has to fetch it itself.
///
/// For factors that no cache of the core holds; others lose a percent or two by being asked for.
final class Ahead {
    /// Elements of factors that the second cache does not hold (2 MB).
    private static let coldElements = 1 << 19

    /// Those of two matrices and of the result; behind a pointer, since accesses to an object's variables are checked at run
    /// time: with 64 to 128 terms to a sum that took 7 % of the tiles' time.
    private let lines: UnsafeMutablePointer<Lines>

    /// One for factors of `elements` elements, or none where these are in a cache anyway.
    init?(elements: Int) {
        guard elements > Self.coldElements else { return nil }
        lines = .allocate(capacity: 3)
        lines.initialize(repeating: Lines(), count: 3)
    }

    deinit { lines.deallocate() }

    /// Spreads part `part` of `parts` of the lines of `next`, and of `other`, over the tiles of the strip of `rows` rows that
    /// follows. Either may be missing.
    func spread(_ next: Matrix?, part: Int, of parts: Int, and other: Matrix? = nil, rows: Int) {
        let tiles = (rows + RegisterTile.rows - 1) / RegisterTile.rows
        lines[0] = next.map { Lines($0, part, parts, tiles: tiles) } ?? Lines()
        lines[1] = other.map { Lines($0, part, parts, tiles: tiles) } ?? Lines()
    }

    /// Lets each tile of the strip of `rows` rows that follows ask for its part of `output`, where it goes, or for nothing.
    func spread(output: Matrix?, rows: Int) {
        let tiles = (rows + RegisterTile.rows - 1) / RegisterTile.rows
        lines[2] = output.map { Lines($0, 0, 1, tiles: tiles) } ?? Lines()
    }

    /// Asks for the lines beside the next tile.
    @inline(never)
    func fetch() { forEachLine { jcm_fetch_ahead($0) } }

    /// The lines beside the next tile.
    @inline(__always)
    func forEachLine(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        lines[0].take(body)
        lines[1].take(body)
        lines[2].take(body)
    }
}

/// Some cache lines of a matrix, counted along its rows.
private struct Lines {
    /// The next line, if there are any.
    private var next: UnsafeMutablePointer<Float>?

    /// Lines in all from the next one on, and beside each tile.
    private var count = 0, each = 0

    /// Lines from the next one on in its row, and in a row.
    private var inRow = 0, linesPerRow = 1

    /// Elements from a row's last line to the next row's first one.
    private var gap = 0

    init() {}

    init(_ matrix: Matrix, _ part: Int, _ parts: Int, tiles: Int) {
        linesPerRow = (matrix.columns + RegisterTile.line - 1) / RegisterTile.line
        let all = matrix.rows * linesPerRow, begin = all * part / parts
        count = all * (part + 1) / parts - begin
        guard count > 0 else { return }
        let (row, line) = begin.quotientAndRemainder(dividingBy: linesPerRow)
        next = matrix.pointer + (row * matrix.stride + line * RegisterTile.line)
        inRow = linesPerRow - line
        gap = matrix.stride - (linesPerRow - 1) * RegisterTile.line
        each = (count + tiles - 1) / max(1, tiles)
    }

    @inline(__always)
    mutating func take(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        guard var line = next else { return }
        for _ in 0..<min(each, count) {
            body(line)
            inRow &-= 1
            line += inRow == 0 ? gap : RegisterTile.line
            if inRow == 0 { inRow = linesPerRow }
        }
        count = max(0, count &- each)
        next = count > 0 ? line : nil
    }
}

/// The tiles of some pictures that are worked on together, in an order in which those that take part in a product lie
/// side by side: whole rows of short columns, whole tiles, short rows of whole columns, short rows of short columns.
struct WinogradBlock {
    let tiles: WinogradTiles

    /// The pictures.
    let pictures: Range<Int>

    /// The block's place among the tiles of its pass, and that of its first group of sums among all groups.
    let firstTile: Int, firstGroup: Int

    /// Tiles of the block.
    var count: Int { pictures.count &* tiles.perPicture }

    /// Tiles of whole rows and short columns: the first ones.
    private var shortColumns: Int { pictures.count &* tiles.rows.whole &* tiles.columns.short }

    /// Tiles of whole rows: the first ones.
    private var wholeRows: Int { pictures.count &* tiles.rows.whole &* tiles.columns.count }

    /// The end of the tiles of whole columns.
    private var wholeColumns: Int { shortColumns &+ pictures.count &* tiles.rows.count &* tiles.columns.whole }

    /// The tiles that product `plane` is made for: the last of a row or column serves whole tiles only.
    func members(of plane: Int) -> Range<Int> {
        let (i, j) = plane.quotientAndRemainder(dividingBy: tiles.columns.side.products)
        let isLast = tiles.isLast(i, j)
        return (isLast.column ? shortColumns : 0)..<(isLast.row ? wholeRows : isLast.column ? wholeColumns : count)
    }

    /// Where a tile lies: its picture, its row and column of tiles.
    @inline(__always)
    private func place(_ tile: Int) -> (picture: Int, row: Int, column: Int) {
        let (rows, columns) = (tiles.rows, tiles.columns)
        let (isWholeRow, isWholeColumn) = isWhole(tile)
        let first = isWholeRow ? (isWholeColumn ? shortColumns : 0) : (isWholeColumn ? wholeRows : wholeColumns)
        let width = isWholeColumn ? columns.whole : columns.short
        let (line, column) = (tile &- first).quotientAndRemainder(dividingBy: width)
        let (picture, row) = line.quotientAndRemainder(dividingBy: isWholeRow ? rows.whole : rows.short)
        return (
            pictures.lowerBound &+ picture, isWholeRow ? row : row &+ rows.whole,
            isWholeColumn ? column : column &+ columns.whole
        )
    }

    /// Whether a tile has all rows, and whether it has all columns of outputs.
    @inline(__always)
    func isWhole(_ tile: Int) -> (row: Bool, column: Bool) {
        (tile < wholeRows, tile >= shortColumns && tile < wholeColumns)
    }

    /// The places of the pixels of `tile`, with `margin` rows and columns around its outputs, as indices of pixels of all maps,
    /// written row by row. −1 beyond the map, and in the last row or column of a tile that is not whole.
    @inline(__always)
    func places(_ tile: Int, margin: Int, into places: UnsafeMutablePointer<Int>) {
        let (picture, tileRow, tileColumn) = place(tile)
        let (rows, columns) = (tiles.rows, tiles.columns)
        let (height, width) = (rows.side.outputs &+ 2 &* margin, columns.side.outputs &+ 2 &* margin)
        let top = rows.start(tileRow) &- margin, left = columns.start(tileColumn) &- margin
        let bottom = min(rows.extent, top &+ (tileRow < rows.whole ? height : height &- 1))
        let right = min(columns.extent, left &+ (tileColumn < columns.whole ? width : width &- 1))
        for i in 0..<height {
            let row = top &+ i
            let line = (picture &* rows.extent &+ row) &* columns.extent &+ left
            for j in 0..<width {
                let isInside = row >= 0 && row < bottom && left &+ j >= 0 && left &+ j < right
                places[i &* width &+ j] = isInside ? line &+ j : -1
            }
        }
    }

    /// Pixels of `tile` that lie on the map.
    func pixels(_ tile: Int) -> Int {
        let (_, row, column) = place(tile)
        return tiles.rows.length(row) * tiles.columns.length(column)
    }

    /// Sums of batch normalisation that the block has of each channel.
    var groups: Int { (count + tiles.summedTiles - 1) / tiles.summedTiles }
}

extension [WinogradBlock] {
    /// Tiles of all blocks.
    var tiles: Int { reduce(0) { $0 + $1.count } }

    /// Calls `body` with each block and its tiles among the pass's tiles `range`.
    func forEachPart(_ range: Range<Int>, _ body: (WinogradBlock, Range<Int>) -> Void) {
        for block in self {
            let part = range.clamped(to: block.firstTile..<block.firstTile + block.count)
            if !part.isEmpty { body(block, part.lowerBound - block.firstTile..<part.upperBound - block.firstTile) }
        }
    }
}

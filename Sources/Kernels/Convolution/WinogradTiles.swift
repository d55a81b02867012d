/// How the maps of some pictures are cut into the tiles of F(4×4, 3×3): up to 4×4 outputs, 6×6 inputs that overlap by two.
struct WinogradTiles {
    /// The cuts of rows and of columns of a map, the same before and behind a 3×3 convolution of padding 1.
    let rows: Cut, columns: Cut

    /// Products of a whole tile: one plane of transformed values each.
    static let planes = 36

    init(height: Int, width: Int) { (rows, columns) = (Cut(extent: height), Cut(extent: width)) }

    /// Tiles of a picture.
    var perPicture: Int { rows.count * columns.count }

    /// A side of the map, cut into as few tiles as can be: first those of four outputs, then those of three, which need
    /// five products instead of six: the sixth makes the fourth output only. So 14 outputs take 6 + 6 + 5 + 5 products.
    struct Cut {
        /// Outputs.
        let extent: Int

        /// Tiles, and how many of them are whole.
        let count: Int, whole: Int

        init(extent: Int) {
            self.extent = extent
            count = (extent + 3) / 4
            whole = max(0, extent - 3 * count)
        }

        /// Tiles of three outputs, of which the last may reach beyond the map.
        var short: Int { count - whole }

        /// The first output of a tile.
        @inline(__always)
        func start(_ tile: Int) -> Int { 3 &* tile &+ min(tile, whole) }

        /// Outputs of a tile that lie on the map.
        func length(_ tile: Int) -> Int { min(tile < whole ? 4 : 3, extent - start(tile)) }
    }
}

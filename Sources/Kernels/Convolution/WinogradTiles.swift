/// How the maps of some pictures are cut into the tiles of F(m×n, 3×3), m and n four or six: up to m×n outputs, and two
/// inputs more each way, which overlap.
struct WinogradTiles {
    /// The cuts of rows and of columns of a map, the same before and behind a 3×3 convolution of padding 1.
    let rows: Cut, columns: Cut

    init(height: Int, width: Int) { (rows, columns) = (Cut(extent: height), Cut(extent: width)) }

    /// The transforms of a tile.
    var transforms: WinogradTransforms { WinogradTransforms(rows: rows.side, columns: columns.side) }

    /// Products of a whole tile: one plane of transformed values each.
    @inline(__always)
    var planes: Int { rows.side.products &* columns.side.products }

    /// The plane of product (i, j).
    @inline(__always)
    func plane(_ i: Int, _ j: Int) -> Int { i &* columns.side.products &+ j }

    /// Whether product (i, j) is its column's last, and whether it is its row's: such a one serves whole tiles only.
    @inline(__always)
    func isLast(_ i: Int, _ j: Int) -> (row: Bool, column: Bool) {
        (i == rows.side.products &- 1, j == columns.side.products &- 1)
    }

    /// Tiles over which sums for batch normalisation run in single precision: 224 outputs at most.
    var summedTiles: Int { 224 / (rows.side.outputs * columns.side.outputs) }

    /// Tiles of a picture.
    var perPicture: Int { rows.count * columns.count }

    /// A side of the map, cut into as few tiles of up to m outputs as can be: first those of m, then those of m − 1, which
    /// need a product less: the last one makes the last output only. m is four or six, whichever takes fewer products: so 28
    /// outputs take 8 + 8 + 8 + 7 + 7 of them, 7 outputs 6 + 5.
    struct Cut {
        /// Outputs.
        let extent: Int

        /// Outputs of a whole tile.
        let side: WinogradSide

        /// Tiles, and how many of them are whole.
        let count: Int, whole: Int

        init(extent: Int) {
            let (four, six) = (Self(extent: extent, side: .four), Self(extent: extent, side: .six))
            self = six.products < four.products ? six : four
        }

        init(extent: Int, side: WinogradSide) {
            (self.extent, self.side) = (extent, side)
            count = (extent + side.outputs - 1) / side.outputs
            whole = max(0, extent - (side.outputs - 1) * count)
        }

        /// Products of all tiles.
        var products: Int { (side.products - 1) * count + whole }

        /// Tiles of an output less, of which the last may reach beyond the map.
        var short: Int { count - whole }

        /// The first output of a tile.
        @inline(__always)
        func start(_ tile: Int) -> Int { (side.outputs &- 1) &* tile &+ min(tile, whole) }

        /// Outputs of a tile that lie on the map.
        func length(_ tile: Int) -> Int {
            min(tile < whole ? side.outputs : side.outputs - 1, extent - start(tile))
        }
    }
}

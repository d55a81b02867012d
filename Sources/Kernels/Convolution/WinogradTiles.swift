/// How the maps of some pictures are cut into the tiles of F(4×4, 3×3): 4×4 outputs, 6×6 inputs that overlap by two.
struct WinogradTiles {
    /// Rows and columns of a map, the same before and behind a 3×3 convolution of padding 1.
    let height: Int, width: Int

    /// Products of a tile: one plane of transformed values each.
    static let planes = 36

    /// Rows and columns of tiles.
    var rows: Int { (height + 3) / 4 }
    var columns: Int { (width + 3) / 4 }

    /// Tiles of a picture.
    var perPicture: Int { rows * columns }

    /// The places of the pixels of `tile`'s patch, `extent` by `extent` from `margin` rows and columns before its first
    /// output on, as indices of pixels of all maps; −1 beyond the map. Written row by row.
    @inline(__always)
    func places(_ tile: Int, extent: Int, margin: Int, into places: UnsafeMutablePointer<Int>) {
        let (picture, place) = tile.quotientAndRemainder(dividingBy: perPicture)
        let (tileRow, tileColumn) = place.quotientAndRemainder(dividingBy: columns)
        let top = 4 &* tileRow &- margin, left = 4 &* tileColumn &- margin
        for i in 0..<extent {
            let row = top &+ i
            let line = (picture &* height &+ row) &* width &+ left
            for j in 0..<extent {
                let isInside = row >= 0 && row < height && left &+ j >= 0 && left &+ j < width
                places[i &* extent &+ j] = isInside ? line &+ j : -1
            }
        }
    }

    /// Pixels of `tile` that lie on the map.
    func pixels(_ tile: Int) -> Int {
        let (tileRow, tileColumn) = (tile % perPicture).quotientAndRemainder(dividingBy: columns)
        return min(4, height - 4 * tileRow) * min(4, width - 4 * tileColumn)
    }
}

/// Where the 36 planes of some tiles, or of a panel's rows, lie: plane by plane, a tile after another, `stride` elements
/// apart.
struct WinogradPlanes {
    let base: UnsafeMutablePointer<Float>
    let tiles: Int
    let stride: Int

    /// Elements from one plane to the next: a cache line more than it takes. The transforms write to all planes at once,
    /// which would fall into few sets of the caches where planes lie a power of two apart.
    @inline(__always)
    private static func planeStride(_ tiles: Int, _ stride: Int) -> Int { tiles &* stride &+ 16 }

    /// Elements of all planes.
    static func size(tiles: Int, stride: Int) -> Int { WinogradTiles.planes * planeStride(tiles, stride) }

    /// The elements that planes of `tiles` tiles with `channels` channels take; tiles lie a bit further apart, since rows
    /// of a power of two would fall into few sets of the cache.
    static func stride(_ channels: Int) -> Int { channels + 16 }

    /// Plane `plane` of a single panel as what a strip of tiles fills.
    func panelOutput(_ plane: Int, adding: Bool = false) -> PanelOutput {
        TileOutput(base: self[plane, 0], stride: stride, columns: stride, adding: adding).panel(row: 0, column: 0)
    }

    /// Tile `tile` of plane `plane`.
    @inline(__always)
    subscript(plane: Int, tile: Int) -> UnsafeMutablePointer<Float> {
        base + (plane &* Self.planeStride(tiles, stride) &+ tile &* stride)
    }
}

extension WinogradTiles {
    /// planes[·, t − first] = Bᵗ·d·B of each tile t of `range`, for `channels` channels of a map of `mapChannels` that
    /// begin at `map`.
    @inline(never)
    func transformInput(
        _ map: UnsafeMutablePointer<Float>, mapChannels: Int, channels: Int, range: Range<Int>, first: Int,
        into planes: WinogradPlanes
    ) {
        withTileMemory { places, work in
            for tile in range {
                self.places(tile, extent: 6, margin: 1, into: places)
                for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                    let source = map + channel
                    WinogradTransforms.input(
                        work,
                        load: { i, j in
                            let place = places[6 &* i &+ j]
                            return place < 0 ? .zero : source[lanes: place &* mapChannels]
                        },
                        store: { i, j, value in planes[6 &* i &+ j, tile &- first][lanes: channel] = value })
                }
            }
        }
    }

    /// planes[·, t] = A·y·Aᵗ of each tile t of `range`: y the gradient of the outputs, 0 beyond the map.
    @inline(never)
    func transformOutputGradient(
        _ map: UnsafeMutablePointer<Float>, channels: Int, range: Range<Int>, into planes: WinogradPlanes
    ) {
        withTileMemory { places, work in
            for tile in range {
                self.places(tile, extent: 4, margin: 0, into: places)
                for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                    let source = map + channel
                    WinogradTransforms.outputAdjoint(
                        work,
                        load: { i, j in
                            let place = places[4 &* i &+ j]
                            return place < 0 ? .zero : source[lanes: place &* channels]
                        },
                        store: { i, j, value in planes[6 &* i &+ j, tile][lanes: channel] = value })
                }
            }
        }
    }
}

/// Gives `body` room for a tile's places and for its transforms: once for many tiles.
@inline(__always)
func withTileMemory(_ body: (UnsafeMutablePointer<Int>, WinogradTransforms.Work) -> Void) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: WinogradTiles.planes) { places in
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: WinogradTiles.planes) { work in
            body(places.baseAddress!, work.baseAddress!)
        }
    }
}

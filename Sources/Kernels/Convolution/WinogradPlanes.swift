internal import CSystem

/// Where the planes of some tiles, or of a panel's rows, lie: plane by plane, a tile after another, `stride` elements apart.
struct WinogradPlanes {
    let base: UnsafeMutablePointer<Float>

    /// The tiles' cut, and how many of them a plane has room for.
    let cut: WinogradTiles, tiles: Int

    let stride: Int

    /// Elements from one plane to the next: a cache line more than it takes. The transforms write to all planes at once,
    /// which would fall into few sets of the caches where planes lie a power of two apart.
    @inline(__always)
    private static func planeStride(_ tiles: Int, _ stride: Int) -> Int { tiles &* stride &+ 16 }

    /// Elements of all planes.
    static func size(_ cut: WinogradTiles, tiles: Int, stride: Int) -> Int { cut.planes * planeStride(tiles, stride) }

    /// The elements that planes of `tiles` tiles with `channels` channels take; tiles lie a bit further apart, since rows
    /// of a power of two would fall into few sets of the cache.
    static func stride(_ channels: Int) -> Int { channels + 16 }

    /// Plane `plane` of a single panel, from `tile` on, as what a strip of tiles fills.
    func panelOutput(_ plane: Int, tile: Int = 0, adding: Bool = false) -> PanelOutput {
        TileOutput(base: self[plane, tile], stride: stride, columns: stride, adding: adding).panel(row: 0, column: 0)
    }

    /// Tile `tile` of plane `plane`.
    @inline(__always)
    subscript(plane: Int, tile: Int) -> UnsafeMutablePointer<Float> {
        base + (plane &* Self.planeStride(tiles, stride) &+ tile &* stride)
    }

    /// The rows of a block's tiles in plane `plane`, if there is such a plane.
    func rows(of block: WinogradBlock, in plane: Int, columns: Range<Int>) -> Matrix? {
        guard plane < cut.planes else { return nil }
        let members = block.members(of: plane)
        return Matrix(
            self[plane, block.firstTile + members.lowerBound] + columns.lowerBound, rows: members.count,
            columns: columns.count, stride: stride)
    }

    /// A register's worth of a tile's product (i, j); zero for those that are not made.
    @inline(__always)
    func product(_ i: Int, _ j: Int, _ tile: Int, isWhole: (row: Bool, column: Bool), lane: Int) -> Lanes {
        let isLast = cut.isLast(i, j)
        if isLast.row && !isWhole.row || isLast.column && !isWhole.column { return .zero }
        return self[cut.plane(i, j), tile][lanes: lane]
    }
}

extension WinogradBlock {
    /// planes[·, first + t] = Bᵗ·d·B of each tile t of `range`, for the channels `channels` of a map of `mapChannels`: `each` of
    /// them go into the first planes, as many into the next ones.
    @inline(never)
    func transformInput(
        _ map: UnsafeMutablePointer<Float>, mapChannels: Int, channels: Range<Int>, each: Int, range: Range<Int>,
        first: Int, into planes: [WinogradPlanes]
    ) {
        let (transforms, width) = (tiles.transforms, tiles.columns.side.products)
        withTileMemory { places, work in
            for tile in range {
                self.places(tile, margin: 1, into: places)
                for (index, planes) in planes.enumerated() {
                    let source = map + (channels.lowerBound + index * each)
                    for channel in stride(from: 0, to: min(each, channels.count - index * each), by: Lanes.scalarCount)
                    {
                        transforms.input(
                            work,
                            load: { i, j in
                                let place = places[width &* i &+ j]
                                guard place >= 0 else { return .zero }
                                return loadPixel(source + (place &* mapChannels &+ channel))
                            },
                            store: { i, j, value in
                                planes[tiles.plane(i, j), first &+ tile][lanes: channel] = value
                            })
                    }
                }
            }
        }
    }

    /// planes[·, firstTile + t] = A·y·Aᵗ of each tile t of `range`: y the gradient of the outputs, 0 beyond the map.
    @inline(never)
    func transformOutputGradient(
        _ map: UnsafeMutablePointer<Float>, channels: Int, range: Range<Int>, into planes: WinogradPlanes
    ) {
        let (transforms, width) = (tiles.transforms, tiles.columns.side.outputs)
        withTileMemory { places, work in
            for tile in range {
                self.places(tile, margin: 0, into: places)
                for channel in stride(from: 0, to: channels, by: Lanes.scalarCount) {
                    let source = map + channel
                    transforms.outputAdjoint(
                        work,
                        load: { i, j in
                            let place = places[width &* i &+ j]
                            guard place >= 0 else { return .zero }
                            return loadPixel(source + place &* channels)
                        },
                        store: { i, j, value in planes[tiles.plane(i, j), firstTile &+ tile][lanes: channel] = value })
                }
            }
        }
    }
}

/// A register's worth of a pixel's channels. The pixel's next cache line is fetched meanwhile: the pixels of a tile are more streams
/// than the hardware fetches ahead of.
@inline(__always)
private func loadPixel(_ channels: UnsafeMutablePointer<Float>) -> Lanes {
    jcm_fetch_soon(channels + RegisterTile.line)
    return channels[lanes: 0]
}

/// Gives `body` room for a tile's places and for its transforms: once for many tiles.
@inline(__always)
func withTileMemory(_ body: (UnsafeMutablePointer<Int>, WinogradTransforms.Work) -> Void) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: WinogradTransforms.mostProducts) { places in
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: WinogradTransforms.mostProducts) { work in
            body(places.baseAddress!, work.baseAddress!)
        }
    }
}

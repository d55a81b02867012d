internal import Tensors

/// 3×3 convolutions of stride 1 and padding 1 by F(4×4, 3×3): 36 products of a tile instead of 144.
///
/// The maps' tiles are transformed for all channels; then each panel of output channels runs by itself: its weights are
/// transformed, its 36 products made, and its outputs transformed back, all of which stay in the caches. Gradients take the
/// adjoint of the same way, so both share the transformed gradient of the outputs.
///
/// Outputs differ from exact ones by about 1e-5 of the outputs' size: the transforms multiply by up to 8.
struct Winograd {
    let geometry: ConvolutionGeometry
    let scratch: Scratch
    let team: WorkerTeam

    /// Tiles that a panel works on together: whole register tiles, 516 KB of products with AVX-512.
    static let blockTiles = 112

    /// Tiles over which sums for batch normalisation run in single precision.
    static let summedTiles = 14

    /// Elements of transformed maps that are held at a time (16 MB): more pictures go in several passes.
    private static let heldElements = 1 << 22

    /// Whether `geometry` can be computed this way; channels must fill whole registers.
    static func fits(_ g: ConvolutionGeometry) -> Bool {
        g.kernel == 3 && g.padding == 1 && g.strideHeight == 1 && g.strideWidth == 1
            && g.inputChannels % Lanes.scalarCount == 0 && g.outputChannels % Lanes.scalarCount == 0
    }

    var tiles: WinogradTiles { WinogradTiles(height: geometry.inputHeight, width: geometry.inputWidth) }

    /// Pictures of a pass, at most.
    private var passPictures: Int {
        let channels = max(geometry.inputChannels, geometry.outputChannels)
        return max(1, Self.heldElements / (WinogradTiles.planes * tiles.perPicture * channels))
    }

    /// Calls `body` with the first picture and the number of pictures of each pass.
    func forEachPass(_ pictures: Int, _ body: (Int, Int) -> Void) {
        let most = passPictures
        for first in stride(from: 0, to: pictures, by: most) { body(first, min(most, pictures - first)) }
    }

    /// Outputs that each group of `forward`'s sums has of a channel, for `pictures` pictures.
    func summedPixels(_ pictures: Int) -> [Int] {
        var counts: [Int] = []
        forEachPass(pictures) { _, pictures in
            let count = pictures * tiles.perPicture
            for first in stride(from: 0, to: count, by: Self.summedTiles) {
                counts.append((first..<min(first + Self.summedTiles, count)).reduce(0) { $0 + tiles.pixels($1) })
            }
        }
        return counts
    }

    /// Groups of sums that lie before those of the pass that begins with picture `first`.
    private func groups(before first: Int) -> Int {
        let each = (passPictures * tiles.perPicture + Self.summedTiles - 1) / Self.summedTiles
        return first / passPictures * each
    }

    /// Gives `body` planes for `count` tiles of `channels` channels.
    func withPlanes(_ count: Int, _ channels: Int, _ body: (WinogradPlanes) -> Void) {
        let stride = WinogradPlanes.stride(channels)
        scratch.with(Shape(WinogradPlanes.size(tiles: count, stride: stride))) {
            body(WinogradPlanes(base: $0.pointer, tiles: count, stride: stride))
        }
    }

    /// output = input ∗ weights, finished as `output` says; its `sums`, if any, are those of `WinogradSums`.
    func forward(_ input: Tensor, weights: Tensor, _ output: TileOutput) {
        forEachPass(input.shape[0]) { first, pictures in
            let count = pictures * tiles.perPicture
            let map = input.pointer + first * geometry.inputPixels * geometry.inputChannels
            withPlanes(count, geometry.inputChannels) { planes in
                team.ranges(count) {
                    tiles.transformInput(
                        map, mapChannels: geometry.inputChannels, channels: geometry.inputChannels, range: $0, first: 0,
                        into: planes)
                }
                multiplyPanels(planes, weights, output, firstPicture: first)
            }
        }
    }

    /// Units of a panel and a block of tiles, a panel after another, shared by the team.
    private func multiplyPanels(_ planes: WinogradPlanes, _ weights: Tensor, _ output: TileOutput, firstPicture: Int) {
        let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, Panels.width)
        let panels = Panels.count(outputs), blocks = (planes.tiles + Self.blockTiles - 1) / Self.blockTiles
        let panelSize = WinogradPlanes.size(tiles: inputs, stride: width)
        scratch.with(
            Shape(team.count, panelSize + 9 * inputs * width),
            Shape(team.count, WinogradPlanes.size(tiles: Self.blockTiles, stride: width))
        ) { panelMemory, productMemory in
            team.parallel { thread in
                let panel = WinogradPlanes(
                    base: panelMemory.pointer + thread * panelMemory.shape[1], tiles: inputs, stride: width)
                let products = WinogradPlanes(
                    base: productMemory.pointer + thread * productMemory.shape[1], tiles: Self.blockTiles, stride: width
                )
                var ready = -1
                for unit in panels * blocks * thread / team.count..<panels * blocks * (thread + 1) / team.count {
                    let (p, block) = unit.quotientAndRemainder(dividingBy: blocks)
                    if p != ready {
                        packWeights(weights, p, into: panel, turned: panel.base + panelSize)
                        ready = p
                    }
                    let first = block * Self.blockTiles, count = min(Self.blockTiles, planes.tiles - first)
                    for plane in 0..<WinogradTiles.planes {
                        TileStrip.rows(
                            planes[plane, first], planes.stride, panel[plane, 0], depth: inputs,
                            count: count, products.panelOutput(plane))
                    }
                    for column in stride(from: p * width, to: min(outputs, (p + 1) * width), by: Lanes.scalarCount) {
                        finish(products, first, count, column: column, lane: column - p * width, firstPicture, output)
                    }
                }
            }
        }
    }

    /// panel[plane][c][·] = G·g·Gᵗ of the weights from channel c to the outputs of panel `p`.
    private func packWeights(
        _ weights: Tensor, _ p: Int, into panel: WinogradPlanes, turned: UnsafeMutablePointer<Float>
    ) {
        let (inputs, width) = (geometry.inputChannels, Panels.width)
        let rows = Matrix(
            weights.pointer, rows: geometry.outputChannels, columns: 9 * inputs, stride: 9 * inputs)
        Panels.pack(rows.transposed, rows: 0..<9 * inputs, from: p * width, into: turned)
        withTileMemory { _, work in
            for place in stride(from: 0, to: inputs * width, by: Lanes.scalarCount) {
                let source = turned + place
                WinogradTransforms.weights(
                    work, load: { i, j in source[lanes: (3 &* i &+ j) &* inputs &* width] },
                    store: { i, j, value in panel[6 &* i &+ j, 0][lanes: place] = value })
            }
        }
    }

    /// Transforms a register's worth of channels of the pass's tiles `first` … back, finishes and stores them.
    @inline(never)
    private func finish(
        _ products: WinogradPlanes, _ first: Int, _ count: Int, column: Int, lane: Int, _ firstPicture: Int,
        _ output: TileOutput
    ) {
        let firstTile = firstPicture * tiles.perPicture + first
        let firstGroup = groups(before: firstPicture)
        let bias = output.bias.map { $0[lanes: column] } ?? .zero
        let factor = output.factor.map { $0[lanes: column] } ?? Lanes(repeating: 1)
        var sums = WinogradSums(output, column: column)
        withTileMemory { places, work in
            for index in 0..<count {
                tiles.places(firstTile &+ index, extent: 4, margin: 0, into: places)
                sums.begin(tile: first &+ index, firstGroup: firstGroup)
                WinogradTransforms.output(
                    work,
                    load: { i, j in products[6 &* i &+ j, index][lanes: lane] },
                    store: { i, j, value in
                        let place = places[4 &* i &+ j]
                        guard place >= 0 else { return }
                        sums.add(value)
                        let result = value.timesPlus(factor, bias)
                        output.base[lanes: place &* output.stride &+ column] =
                            output.rectified ? result.largest(.zero) : result
                    })
                sums.end()
            }
        }
    }
}

internal import CSystem
internal import Tensors

/// 3×3 convolutions of stride 1 and padding 1 by F(m×n, 3×3), m and n six or four: 64 products of a tile instead of 324, 48
/// instead of 216 or 36 instead of 144, and fewer of tiles that have a row or column of outputs less.
///
/// The maps' tiles are transformed for all channels; then some panels of output channels at a time have their weights
/// transformed, their products made, and their outputs transformed back. Gradients take the adjoint of the same way, so both
/// share the transformed gradient of the outputs.
///
/// Outputs differ from exact ones by about 1e-5 of the outputs' size: the transforms multiply by up to 32.
struct Winograd {
    let geometry: ConvolutionGeometry
    let scratch: Scratch
    let team: WorkerTeam

    /// Products that a panel makes together, where a picture has fewer: 480 KB, with AVX-512 960.
    private static let blockProducts = 64 * 120

    /// Elements of transformed maps that are held at a time (20 MB): more pictures go in several passes.
    private static let heldElements = 5 << 20

    /// Panels that pass by a plane of a block's tiles while the second cache holds it: 64 columns.
    private static let groupedPanels = 64 / Panels.width

    /// Whether `geometry` can be computed this way; channels must fill whole registers.
    static func fits(_ g: ConvolutionGeometry) -> Bool {
        g.kernel == 3 && g.padding == 1 && g.strideHeight == 1 && g.strideWidth == 1
            && g.inputChannels % Lanes.scalarCount == 0 && g.outputChannels % Lanes.scalarCount == 0
    }

    /// The cut of the maps.
    private var tiles: WinogradTiles { WinogradTiles(height: geometry.inputHeight, width: geometry.inputWidth) }

    /// The blocks of tiles of each pass over `pictures` pictures.
    func passes(_ pictures: Int) -> [[WinogradBlock]] {
        let tiles = tiles
        let channels = max(geometry.inputChannels, geometry.outputChannels)
        let held = max(1, Self.heldElements / (tiles.planes * tiles.perPicture * channels))
        let most = max(1, min(Self.blockProducts / tiles.planes / tiles.perPicture, held))
        let blocks = (pictures + most - 1) / most
        let together = held / most, passes = (blocks + together - 1) / together
        var firstGroup = 0
        return (0..<passes).map { pass in
            var firstTile = 0
            return (blocks * pass / passes..<blocks * (pass + 1) / passes).map { block in
                let block = WinogradBlock(
                    tiles: tiles, pictures: pictures * block / blocks..<pictures * (block + 1) / blocks,
                    firstTile: firstTile, firstGroup: firstGroup)
                firstTile += block.count
                firstGroup += block.groups
                return block
            }
        }
    }

    /// Outputs that each group of `forward`'s sums has of a channel, for `pictures` pictures.
    func summedPixels(_ pictures: Int) -> [Int] {
        passes(pictures).joined().flatMap { block -> [Int] in
            let summed = block.tiles.summedTiles
            return stride(from: 0, to: block.count, by: summed).map { first in
                (first..<min(first + summed, block.count)).reduce(0) { $0 + block.pixels($1) }
            }
        }
    }

    /// The panels of a group: as many as leave each thread a unit of a group and one of `blocks` blocks.
    func groupedPanels(of panels: Int, blocks: Int) -> Int {
        max(1, min(Self.groupedPanels, panels * blocks / team.count))
    }

    /// Gives `body` planes for `count` tiles of `channels` channels.
    func withPlanes(_ count: Int, _ channels: Int, _ body: (WinogradPlanes) -> Void) {
        let stride = WinogradPlanes.stride(channels)
        scratch.with(Shape(WinogradPlanes.size(tiles, tiles: count, stride: stride))) {
            body(WinogradPlanes(base: $0.pointer, cut: tiles, tiles: count, stride: stride))
        }
    }

    /// output = input ∗ weights, finished as `output` says; its `sums`, if any, are those of `WinogradSums`.
    func forward(_ input: Tensor, weights: Tensor, _ output: TileOutput) {
        let channels = geometry.inputChannels
        for blocks in passes(input.shape[0]) {
            withPlanes(blocks.tiles, channels) { planes in
                team.ranges(blocks.tiles) { range in
                    blocks.forEachPart(range) { block, part in
                        block.transformInput(
                            input.pointer, mapChannels: channels, channels: 0..<channels, each: channels, range: part,
                            first: block.firstTile, into: [planes])
                    }
                }
                multiply(blocks, planes, inputs: channels, outputs: geometry.outputChannels) {
                    gather(weights, $0, into: $1)
                } finish: {
                    finish($0, $1, $2, output)
                }
            }
        }
    }

    /// Puts the weights [O, 3, 3, C] from all inputs to the outputs of panel `p` together; from the inputs of panel `p` to
    /// all outputs where they go `back`.
    func gather(_ weights: Tensor, _ p: Int, back: Bool = false, into panel: WinogradWeights) {
        let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
        for place in 0..<9 {
            let matrix = Matrix(weights.pointer + place * inputs, rows: outputs, columns: inputs, stride: 9 * inputs)
            Panels.pack(
                back ? Operand(matrix) : matrix.transposed, rows: 0..<panel.depth, from: p * Panels.width,
                into: panel.gathered(place))
        }
    }

    /// Transforms the products of some panels with the block's tiles back, finishes and stores them: all channels of a pixel
    /// one after another.
    @inline(never)
    private func finish(
        _ block: WinogradBlock, _ panels: Range<Int>, _ products: [WinogradPlanes], _ output: TileOutput
    ) {
        let (transforms, width) = (block.tiles.transforms, block.tiles.columns.side.outputs)
        withTileMemory { places, work in
            for tile in 0..<block.count {
                block.places(tile, margin: 0, into: places)
                let isWhole = block.isWhole(tile)
                forEachRegister(panels, products, channels: output.columns) { products, column, lane in
                    let bias = output.bias.map { $0[lanes: column] } ?? .zero
                    let factor = output.factor.map { $0[lanes: column] } ?? Lanes(repeating: 1)
                    var sums = WinogradSums(output, column: column, of: block, tile: tile)
                    transforms.output(
                        work, load: { i, j in products.product(i, j, tile, isWhole: isWhole, lane: lane) },
                        store: { i, j, value in
                            let place = places[width &* i &+ j]
                            guard place >= 0 else { return }
                            sums.add(value)
                            let result = value.timesPlus(factor, bias)
                            let target = output.base + (place &* output.stride &+ column)
                            // The next line that is written of this pixel, for the reason of `loadPixel`.
                            jcm_fetch_soon(target + RegisterTile.line)
                            target[lanes: 0] = output.rectified ? result.largest(.zero) : result
                        })
                    sums.end()
                }
            }
        }
    }

    /// Calls `body` with each register's worth of the channels of some panels: what the panel's tiles lie in, the channel, and
    /// its place in the panel.
    @inline(__always)
    func forEachRegister(
        _ panels: Range<Int>, _ planes: [WinogradPlanes], channels: Int, _ body: (WinogradPlanes, Int, Int) -> Void
    ) {
        for (p, planes) in zip(panels, planes) {
            let first = p * Panels.width
            for lane in stride(from: 0, to: min(Panels.width, channels - first), by: Lanes.scalarCount) {
                body(planes, first + lane, lane)
            }
        }
    }
}

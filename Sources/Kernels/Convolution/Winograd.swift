internal import Tensors

/// 3×3 convolutions of stride 1 and padding 1 by F(4×4, 3×3): 36 products of a tile instead of 144, 30 or 25 of one with
/// three rows or columns of outputs.
///
/// The maps' tiles are transformed for all channels; then some panels of output channels at a time have their weights
/// transformed, their products made, and their outputs transformed back. Gradients take the adjoint of the same way, so both
/// share the transformed gradient of the outputs.
///
/// Outputs differ from exact ones by about 1e-5 of the outputs' size: the transforms multiply by up to 8.
struct Winograd {
    let geometry: ConvolutionGeometry
    let scratch: Scratch
    let team: WorkerTeam

    /// Tiles that a panel works on together, where a picture has fewer: whole register tiles, 516 KB of products with
    /// AVX-512.
    static let blockTiles = 112

    /// Tiles over which sums for batch normalisation run in single precision.
    static let summedTiles = 14

    /// Elements of transformed maps that are held at a time (20 MB): more pictures go in several passes.
    private static let heldElements = 5 << 20

    /// Panels that pass by a plane of a block's tiles while the second cache holds it.
    private static let groupedPanels = 4

    /// Whether `geometry` can be computed this way; channels must fill whole registers.
    static func fits(_ g: ConvolutionGeometry) -> Bool {
        g.kernel == 3 && g.padding == 1 && g.strideHeight == 1 && g.strideWidth == 1
            && g.inputChannels % Lanes.scalarCount == 0 && g.outputChannels % Lanes.scalarCount == 0
    }

    /// The blocks of tiles of each pass over `pictures` pictures.
    func passes(_ pictures: Int) -> [[WinogradBlock]] {
        let tiles = WinogradTiles(height: geometry.inputHeight, width: geometry.inputWidth)
        let channels = max(geometry.inputChannels, geometry.outputChannels)
        let held = max(1, Self.heldElements / (WinogradTiles.planes * tiles.perPicture * channels))
        let most = max(1, min(Self.blockTiles / tiles.perPicture, held)), blocks = (pictures + most - 1) / most
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
        passes(pictures).joined().flatMap { block in
            stride(from: 0, to: block.count, by: Self.summedTiles).map { first in
                (first..<min(first + Self.summedTiles, block.count)).reduce(0) { $0 + block.pixels($1) }
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
        scratch.with(Shape(WinogradPlanes.size(tiles: count, stride: stride))) {
            body(WinogradPlanes(base: $0.pointer, tiles: count, stride: stride))
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
                            input.pointer, mapChannels: channels, channels: channels, range: part,
                            first: block.firstTile, into: planes)
                    }
                }
                multiply(blocks, planes, inputs: channels, outputs: geometry.outputChannels) {
                    gather(weights, $0, into: $1)
                } finish: { block, p, products in
                    for column in stride(
                        from: p * Panels.width, to: min(output.columns, (p + 1) * Panels.width), by: Lanes.scalarCount
                    ) { finish(block, products, column: column, lane: column - p * Panels.width, output) }
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

    /// Transforms a register's worth of channels of the block's tiles back, finishes and stores them.
    @inline(never)
    private func finish(
        _ block: WinogradBlock, _ products: WinogradPlanes, column: Int, lane: Int, _ output: TileOutput
    ) {
        let bias = output.bias.map { $0[lanes: column] } ?? .zero
        let factor = output.factor.map { $0[lanes: column] } ?? Lanes(repeating: 1)
        var sums = WinogradSums(output, column: column)
        withTileMemory { places, work in
            for tile in 0..<block.count {
                block.places(tile, extent: 4, margin: 0, into: places)
                let isWhole = block.isWhole(tile)
                sums.begin(tile: tile, firstGroup: block.firstGroup)
                WinogradTransforms.output(
                    work, load: { i, j in products.product(i, j, tile, isWhole: isWhole, lane: lane) },
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

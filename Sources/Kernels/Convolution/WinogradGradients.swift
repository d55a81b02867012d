internal import Tensors

extension Winograd {
    /// inputGradient = what `outputGradient` asks for.
    func inputGradient(_ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor) {
        forEachPass(outputGradient) { blocks, planes in
            self.inputGradient(blocks, planes, weights, into: inputGradient)
        }
    }

    /// Gives `body` the blocks of each pass and A·y·Aᵗ of their tiles.
    private func forEachPass(_ gradient: Tensor, _ body: ([WinogradBlock], WinogradPlanes) -> Void) {
        let outputs = geometry.outputChannels
        for blocks in passes(gradient.shape[0]) {
            withPlanes(blocks.tiles, outputs) { planes in
                team.ranges(blocks.tiles) { range in
                    blocks.forEachPart(range) { block, part in
                        block.transformOutputGradient(gradient.pointer, channels: outputs, range: part, into: planes)
                    }
                }
                body(blocks, planes)
            }
        }
    }

    /// weightGradient [+]= and inputGradient = what `outputGradient` asks for; the latter only where it is given, which
    /// needs the weights.
    func backward(
        _ input: Tensor, weights: Tensor?, outputGradient: Tensor, weightGradient: Tensor, adding: Bool,
        into inputGradient: Tensor?
    ) {
        var adding = adding
        forEachPass(outputGradient) { blocks, planes in
            self.weightGradient(input.pointer, blocks, planes, into: weightGradient, adding: adding)
            adding = true
            if let inputGradient, let weights {
                self.inputGradient(blocks, planes, weights, into: inputGradient)
            }
        }
    }

    private func inputGradient(
        _ blocks: [WinogradBlock], _ planes: WinogradPlanes, _ weights: Tensor, into gradient: Tensor
    ) {
        let (inputs, pixels) = (geometry.inputChannels, geometry.inputPixels)
        multiply(blocks, planes, inputs: geometry.outputChannels, outputs: inputs) {
            gather(weights, $0, back: true, into: $1)
        } finish: { block, panels, products in
            let first = panels.lowerBound * Panels.width, last = min(inputs, panels.upperBound * Panels.width)
            for pixel in block.pictures.lowerBound * pixels..<block.pictures.upperBound * pixels {
                (gradient.pointer + (pixel * inputs + first)).update(repeating: 0, count: last - first)
            }
            spread(block, panels, products, into: gradient.pointer)
        }
    }

    /// Adds B·t·Bᵗ of the block's tiles to the pixels of their patches, for some panels of channels. Patches overlap: one thread
    /// has all tiles of a picture's channels.
    @inline(never)
    private func spread(
        _ block: WinogradBlock, _ panels: Range<Int>, _ products: [WinogradPlanes],
        into map: UnsafeMutablePointer<Float>
    ) {
        let inputs = geometry.inputChannels
        let (transforms, width) = (block.tiles.transforms, block.tiles.columns.side.products)
        withTileMemory { places, work in
            for tile in 0..<block.count {
                block.places(tile, margin: 1, into: places)
                let isWhole = block.isWhole(tile)
                forEachRegister(panels, products, channels: inputs) { products, channel, lane in
                    transforms.inputAdjoint(
                        work, load: { i, j in products.product(i, j, tile, isWhole: isWhole, lane: lane) },
                        store: { i, j, value in
                            let place = places[width &* i &+ j]
                            if place >= 0 { map[lanes: place &* inputs &+ channel] += value }
                        })
                }
            }
        }
    }
}

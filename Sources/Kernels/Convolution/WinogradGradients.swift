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
        let (inputs, pixels, width) = (geometry.inputChannels, geometry.inputPixels, Panels.width)
        multiply(blocks, planes, inputs: geometry.outputChannels, outputs: inputs) {
            gather(weights, $0, back: true, into: $1)
        } finish: { block, p, products in
            let columns = p * width..<min(inputs, (p + 1) * width)
            for pixel in block.pictures.lowerBound * pixels..<block.pictures.upperBound * pixels {
                (gradient.pointer + (pixel * inputs + columns.lowerBound)).update(repeating: 0, count: columns.count)
            }
            for column in stride(from: columns.lowerBound, to: columns.upperBound, by: Lanes.scalarCount) {
                spread(block, products, lane: column - columns.lowerBound, into: gradient.pointer + column)
            }
        }
    }

    /// Adds B·t·Bᵗ of the block's tiles to the pixels of their patches, a register's worth of channels. Patches overlap:
    /// one thread has all tiles of a picture's channels.
    @inline(never)
    private func spread(
        _ block: WinogradBlock, _ products: WinogradPlanes, lane: Int, into map: UnsafeMutablePointer<Float>
    ) {
        let inputs = geometry.inputChannels
        withTileMemory { places, work in
            for tile in 0..<block.count {
                block.places(tile, extent: 6, margin: 1, into: places)
                let isWhole = block.isWhole(tile)
                WinogradTransforms.inputAdjoint(
                    work, load: { i, j in products.product(i, j, tile, isWhole: isWhole, lane: lane) },
                    store: { i, j, value in
                        let place = places[6 &* i &+ j]
                        if place >= 0 { map[lanes: place &* inputs] += value }
                    })
            }
        }
    }

    /// Units of a group of panels of input channels and a part of the outputs, a group after another, shared by the team.
    private func weightGradient(
        _ map: UnsafeMutablePointer<Float>, _ blocks: [WinogradBlock], _ planes: WinogradPlanes,
        into gradient: Tensor, adding: Bool
    ) {
        let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, Panels.width)
        let panels = Panels.count(inputs), parts = min(outputs, max(1, team.count / panels))
        let together = groupedPanels(of: panels, blocks: 1), groups = (panels + together - 1) / together
        let length = (outputs + parts - 1) / parts, most = blocks.map(\.count).max() ?? 0
        let panelSize = WinogradPlanes.size(tiles: most, stride: width)
        let sumSize = WinogradPlanes.size(tiles: length, stride: width)
        scratch.with(Shape(team.count, together * (panelSize + sumSize))) { memory in
            team.parallel { thread in
                let base = memory.pointer + thread * memory.shape[1]
                let panel = (0..<together).map {
                    WinogradPlanes(base: base + $0 * panelSize, tiles: most, stride: width)
                }
                let sums = (0..<together).map {
                    WinogradPlanes(base: base + together * panelSize + $0 * sumSize, tiles: length, stride: width)
                }
                let units = groups * parts
                for unit in units * thread / team.count..<units * (thread + 1) / team.count {
                    let (group, part) = unit.quotientAndRemainder(dividingBy: parts)
                    let low = min(outputs, part * length), high = min(outputs, low + length)
                    let some = panels * group / groups..<panels * (group + 1) / groups
                    guard low < high else { continue }
                    sumPanels(map, blocks, planes, some, low..<high, panel, sums)
                    for (p, sums) in zip(some, sums) { finishWeights(sums, p, low..<high, into: gradient, adding) }
                }
            }
        }
    }

    /// Sums over all tiles for a group of panels of input channels and some outputs.
    private func sumPanels(
        _ map: UnsafeMutablePointer<Float>, _ blocks: [WinogradBlock], _ planes: WinogradPlanes, _ group: Range<Int>,
        _ outputs: Range<Int>, _ panels: [WinogradPlanes], _ sums: [WinogradPlanes]
    ) {
        let (inputs, width) = (geometry.inputChannels, Panels.width)
        let ahead = Ahead(elements: WinogradPlanes.size(tiles: blocks.tiles, stride: planes.stride))
        for block in blocks {
            for (p, panel) in zip(group, panels) {
                block.transformInput(
                    map + p * width, mapChannels: inputs, channels: min(width, inputs - p * width),
                    range: 0..<block.count, first: 0, into: panel)
            }
            for plane in 0..<WinogradTiles.planes {
                let members = block.members(of: plane)
                let next = planes.rows(of: block, in: plane + 1, columns: outputs)
                for (index, (panel, sums)) in zip(panels, sums).prefix(group.count).enumerated() {
                    ahead?.spread(next, part: index, of: group.count, rows: outputs.count)
                    TileStrip.columns(
                        planes[plane, block.firstTile + members.lowerBound] + outputs.lowerBound, planes.stride,
                        panel[plane, members.lowerBound], depth: members.count, count: outputs.count,
                        sums.panelOutput(plane, adding: block.firstTile > 0), ahead: ahead)
                }
            }
        }
    }

    /// gradient [+]= Gᵗ·u·G of the sums of panel `p` of the input channels.
    private func finishWeights(
        _ sums: WinogradPlanes, _ p: Int, _ outputs: Range<Int>, into gradient: Tensor, _ adding: Bool
    ) {
        let (inputs, width) = (geometry.inputChannels, Panels.width)
        let columns = p * width..<min(inputs, (p + 1) * width)
        withTileMemory { _, work in
            for (index, output) in outputs.enumerated() {
                for column in stride(from: columns.lowerBound, to: columns.upperBound, by: Lanes.scalarCount) {
                    let lane = column - columns.lowerBound
                    let target = gradient.pointer + (output &* 9 &* inputs &+ column)
                    WinogradTransforms.weightsAdjoint(
                        work, load: { i, j in sums[6 &* i &+ j, index][lanes: lane] },
                        store: { i, j, value in
                            let place = (3 &* i &+ j) &* inputs
                            target[lanes: place] = adding ? target[lanes: place] + value : value
                        })
                }
            }
        }
    }
}

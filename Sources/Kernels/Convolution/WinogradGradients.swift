internal import Tensors

extension Winograd {
    /// inputGradient = what `outputGradient` asks for.
    func inputGradient(_ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor) {
        forEachPass(outputGradient.shape[0]) { first, pictures in
            withGradientPlanes(outputGradient, first, pictures) {
                self.inputGradient(
                    $0, weights, into: inputGradient.pointer + first * geometry.inputPixels * geometry.inputChannels)
            }
        }
    }

    /// Gives `body` A·y·Aᵗ of the tiles of `pictures` pictures from `first` on.
    private func withGradientPlanes(
        _ gradient: Tensor, _ first: Int, _ pictures: Int, _ body: (WinogradPlanes) -> Void
    ) {
        let (count, outputs) = (pictures * tiles.perPicture, geometry.outputChannels)
        withPlanes(count, outputs) { planes in
            team.ranges(count) {
                tiles.transformOutputGradient(
                    gradient.pointer + first * geometry.outputPixels * outputs, channels: outputs, range: $0,
                    into: planes)
            }
            body(planes)
        }
    }

    /// weightGradient [+]= and inputGradient = what `outputGradient` asks for; the latter only where it is given, which
    /// needs the weights.
    func backward(
        _ input: Tensor, weights: Tensor?, outputGradient: Tensor, weightGradient: Tensor, adding: Bool,
        into inputGradient: Tensor?
    ) {
        forEachPass(input.shape[0]) { first, pictures in
            let place = first * geometry.inputPixels * geometry.inputChannels
            withGradientPlanes(outputGradient, first, pictures) { planes in
                self.weightGradient(
                    input.pointer + place, planes, into: weightGradient, adding: adding || first > 0)
                if let inputGradient, let weights {
                    self.inputGradient(planes, weights, into: inputGradient.pointer + place)
                }
            }
        }
    }

    /// Units of a panel of input channels and some pictures, a panel after another, shared by the team.
    private func inputGradient(_ planes: WinogradPlanes, _ weights: Tensor, into map: UnsafeMutablePointer<Float>) {
        let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, Panels.width)
        let panels = Panels.count(inputs), pictures = planes.tiles / tiles.perPicture
        let group = max(1, Self.blockTiles / tiles.perPicture), groups = (pictures + group - 1) / group
        let block = group * tiles.perPicture
        scratch.with(
            Shape(team.count, WinogradPlanes.size(tiles: outputs, stride: width)),
            Shape(team.count, WinogradPlanes.size(tiles: block, stride: width))
        ) { panelMemory, productMemory in
            team.parallel { thread in
                let panel = WinogradPlanes(
                    base: panelMemory.pointer + thread * panelMemory.shape[1], tiles: outputs, stride: width)
                let products = WinogradPlanes(
                    base: productMemory.pointer + thread * productMemory.shape[1], tiles: block, stride: width)
                var ready = -1
                for unit in panels * groups * thread / team.count..<panels * groups * (thread + 1) / team.count {
                    let (p, part) = unit.quotientAndRemainder(dividingBy: groups)
                    if p != ready {
                        packBackWeights(weights, p, into: panel)
                        ready = p
                    }
                    let range = part * group..<min(pictures, (part + 1) * group)
                    let first = range.lowerBound * tiles.perPicture, count = range.count * tiles.perPicture
                    for plane in 0..<WinogradTiles.planes {
                        TileStrip.rows(
                            planes[plane, first], planes.stride, panel[plane, 0], depth: outputs,
                            count: count, products.panelOutput(plane))
                    }
                    let columns = p * width..<min(inputs, (p + 1) * width)
                    for pixel in range.lowerBound * geometry.inputPixels..<range.upperBound * geometry.inputPixels {
                        (map + (pixel * inputs + columns.lowerBound)).update(repeating: 0, count: columns.count)
                    }
                    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: Lanes.scalarCount) {
                        spread(products, count, first, lane: column - columns.lowerBound, into: map + column)
                    }
                }
            }
        }
    }

    /// panel[plane][o][·] = G·g·Gᵗ of the weights from the input channels of panel `p` to output o.
    private func packBackWeights(_ weights: Tensor, _ p: Int, into panel: WinogradPlanes) {
        let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, Panels.width)
        withTileMemory { _, work in
            for output in 0..<outputs {
                for lane in stride(from: 0, to: width, by: Lanes.scalarCount) {
                    let isThere = p &* width &+ lane < inputs
                    let source = weights.pointer + (output &* 9 &* inputs &+ p &* width &+ lane)
                    WinogradTransforms.weights(
                        work, load: { i, j in isThere ? source[lanes: (3 &* i &+ j) &* inputs] : .zero },
                        store: { i, j, value in panel[6 &* i &+ j, output][lanes: lane] = value })
                }
            }
        }
    }

    /// Adds B·t·Bᵗ of `count` tiles to the pixels of their patches, a register's worth of channels. Patches overlap: one
    /// thread has all tiles of a picture's channels.
    @inline(never)
    private func spread(
        _ products: WinogradPlanes, _ count: Int, _ firstTile: Int, lane: Int, into map: UnsafeMutablePointer<Float>
    ) {
        let inputs = geometry.inputChannels
        withTileMemory { places, work in
            for index in 0..<count {
                tiles.places(firstTile &+ index, extent: 6, margin: 1, into: places)
                WinogradTransforms.inputAdjoint(
                    work,
                    load: { i, j in products[6 &* i &+ j, index][lanes: lane] },
                    store: { i, j, value in
                        let place = places[6 &* i &+ j]
                        if place >= 0 { map[lanes: place &* inputs] += value }
                    })
            }
        }
    }

    /// Units of a panel of input channels and a part of the outputs, a panel after another, shared by the team.
    private func weightGradient(
        _ map: UnsafeMutablePointer<Float>, _ planes: WinogradPlanes, into gradient: Tensor, adding: Bool
    ) {
        let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, Panels.width)
        let panels = Panels.count(inputs), parts = min(outputs, max(1, team.count / panels))
        let length = (outputs + parts - 1) / parts
        scratch.with(
            Shape(team.count, WinogradPlanes.size(tiles: Self.blockTiles, stride: width)),
            Shape(team.count, WinogradPlanes.size(tiles: length, stride: width))
        ) { panelMemory, sumMemory in
            team.parallel { thread in
                let panel = WinogradPlanes(
                    base: panelMemory.pointer + thread * panelMemory.shape[1], tiles: Self.blockTiles, stride: width)
                let sums = WinogradPlanes(
                    base: sumMemory.pointer + thread * sumMemory.shape[1], tiles: length, stride: width)
                for unit in panels * parts * thread / team.count..<panels * parts * (thread + 1) / team.count {
                    let (p, part) = unit.quotientAndRemainder(dividingBy: parts)
                    let low = min(outputs, part * length), high = min(outputs, low + length)
                    if low < high { sumPanel(map, planes, p, low..<high, panel, sums, into: gradient, adding) }
                }
            }
        }
    }

    /// Sums over all tiles for one panel of input channels and some outputs, then Gᵗ·u·G.
    private func sumPanel(
        _ map: UnsafeMutablePointer<Float>, _ planes: WinogradPlanes, _ p: Int, _ outputRange: Range<Int>,
        _ panel: WinogradPlanes, _ sums: WinogradPlanes, into gradient: Tensor, _ adding: Bool
    ) {
        let (inputs, width) = (geometry.inputChannels, Panels.width)
        let columns = p * width..<min(inputs, (p + 1) * width)
        for first in stride(from: 0, to: planes.tiles, by: Self.blockTiles) {
            let count = min(Self.blockTiles, planes.tiles - first)
            tiles.transformInput(
                map + columns.lowerBound, mapChannels: inputs, channels: columns.count, range: first..<first + count,
                first: first, into: panel)
            for plane in 0..<WinogradTiles.planes {
                TileStrip.columns(
                    planes[plane, first] + outputRange.lowerBound, planes.stride, panel[plane, 0], depth: count,
                    count: outputRange.count, sums.panelOutput(plane, adding: first > 0))
            }
        }
        withTileMemory { _, work in
            for (index, output) in outputRange.enumerated() {
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

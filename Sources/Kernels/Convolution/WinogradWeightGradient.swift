internal import Tensors

extension Winograd {
    /// Sums that a panel makes together: 512 KB.
    private static let summed = 1 << 17

    /// gradient [O, 3, 3, C] [+]= what the transformed gradient `planes` of the outputs asks for, for the input `map`
    /// [N, H, W, C].
    ///
    /// Units of a group of panels of input channels and a part of the outputs, a group after another, shared by the team.
    func weightGradient(
        _ map: UnsafeMutablePointer<Float>, _ blocks: [WinogradBlock], _ planes: WinogradPlanes,
        into gradient: Tensor, adding: Bool
    ) {
        let (cut, outputs) = (planes.cut, geometry.outputChannels)
        let panels = Panels.count(geometry.inputChannels), parts = min(outputs, max(1, team.count / panels))
        let together = groupedPanels(of: panels, blocks: 1), groups = (panels + together - 1) / together
        let length = (outputs + parts - 1) / parts
        let slices = (0..<parts).map { part in
            self.slices(of: min(outputs, part * length)..<min(outputs, (part + 1) * length), cut)
        }
        // Where a part has several slices, the transformed inputs of all blocks wait for them.
        let held = slices.contains { $0.count > 1 } ? blocks.count : 1, most = blocks.map(\.count).max() ?? 0
        let panelSize = WinogradPlanes.size(cut, tiles: most, stride: Panels.width)
        let longest = slices.joined().map(\.count).max() ?? 0
        let sumSize = WinogradPlanes.size(cut, tiles: longest, stride: Panels.width)
        scratch.with(Shape(team.count, together * (held * panelSize + sumSize))) { memory in
            team.parallel { thread in
                let base = memory.pointer + thread * memory.shape[1]
                func room(_ place: Int, _ tiles: Int) -> WinogradPlanes {
                    WinogradPlanes(base: base + place, cut: cut, tiles: tiles, stride: Panels.width)
                }
                let panel = (0..<held).map { block in
                    (0..<together).map { room((block * together + $0) * panelSize, most) }
                }
                let sums = (0..<together).map { room(held * together * panelSize + $0 * sumSize, longest) }
                let units = groups * parts
                for unit in units * thread / team.count..<units * (thread + 1) / team.count {
                    let (group, part) = unit.quotientAndRemainder(dividingBy: parts)
                    let some = panels * group / groups..<panels * (group + 1) / groups
                    for (number, slice) in slices[part].enumerated() {
                        sumPanels(number == 0 ? map : nil, blocks, planes, some, slice, panel, sums)
                        finishWeights(sums, some, slice, into: gradient, adding)
                    }
                }
            }
        }
    }

    /// Whole register tiles of outputs at a time, so that all their sums with a panel stay in the second cache.
    private func slices(of outputs: Range<Int>, _ cut: WinogradTiles) -> [Range<Int>] {
        let rows = RegisterTile.rows, tiles = (outputs.count + rows - 1) / rows
        let count = min(tiles, (outputs.count * cut.planes * Panels.width + Self.summed - 1) / Self.summed)
        return (0..<count).map { slice in
            let end = slice + 1 == count ? outputs.count : tiles * (slice + 1) / count * rows
            return outputs.lowerBound + tiles * slice / count * rows..<outputs.lowerBound + end
        }
    }

    /// Sums over all tiles for a group of panels of input channels and some outputs; the panels are made of `map`, or are there
    /// already. As many blocks are worked on together as `panels` hold.
    private func sumPanels(
        _ map: UnsafeMutablePointer<Float>?, _ blocks: [WinogradBlock], _ planes: WinogradPlanes, _ group: Range<Int>,
        _ outputs: Range<Int>, _ panels: [[WinogradPlanes]], _ sums: [WinogradPlanes]
    ) {
        let (inputs, width) = (geometry.inputChannels, Panels.width)
        let ahead = Ahead(elements: WinogradPlanes.size(planes.cut, tiles: blocks.tiles, stride: planes.stride))
        for first in stride(from: 0, to: blocks.count, by: panels.count) {
            let some = blocks[first..<min(first + panels.count, blocks.count)]
            if let map {
                for (block, panels) in zip(some, panels) {
                    block.transformInput(
                        map, mapChannels: inputs,
                        channels: group.lowerBound * width..<min(inputs, group.upperBound * width),
                        each: width, range: 0..<block.count, first: 0, into: Array(panels.prefix(group.count)))
                }
            }
            for plane in 0..<planes.cut.planes {
                for index in 0..<group.count {
                    for (block, panels) in zip(some, panels) {
                        let members = block.members(of: plane)
                        ahead?.spread(
                            planes.rows(of: block, in: plane + 1, columns: outputs), part: index, of: group.count,
                            rows: outputs.count)
                        TileStrip.columns(
                            planes[plane, block.firstTile + members.lowerBound] + outputs.lowerBound, planes.stride,
                            panels[index][plane, members.lowerBound], depth: members.count, count: outputs.count,
                            sums[index].panelOutput(plane, adding: block.firstTile > 0), ahead: ahead)
                    }
                }
            }
        }
    }

    /// gradient [+]= Gᵗ·u·G of the sums of some panels of the input channels.
    @inline(never)
    private func finishWeights(
        _ sums: [WinogradPlanes], _ panels: Range<Int>, _ outputs: Range<Int>, into gradient: Tensor, _ adding: Bool
    ) {
        let inputs = geometry.inputChannels, transforms = sums[0].cut.transforms
        withTileMemory { _, work in
            for (index, output) in outputs.enumerated() {
                forEachRegister(panels, sums, channels: inputs) { sums, channel, lane in
                    let target = gradient.pointer + (output &* 9 &* inputs &+ channel)
                    transforms.weightsAdjoint(
                        work, load: { i, j in sums[sums.cut.plane(i, j), index][lanes: lane] },
                        store: { i, j, value in
                            let place = (3 &* i &+ j) &* inputs
                            target[lanes: place] = adding ? target[lanes: place] + value : value
                        })
                }
            }
        }
    }
}

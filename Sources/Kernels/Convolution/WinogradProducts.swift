internal import Tensors

extension Winograd {
    /// Gives `finish` the products of each block's `planes` with some panels of weights that `gather` puts together, on one
    /// thread each.
    ///
    /// The team shares units of a group of panels and a block, a group after another. The panels of a group take
    /// their turns plane by plane: the block's plane stays in the second cache, and all planes come from the third one, or
    /// from memory where cores share that, once a group.
    func multiply(
        _ blocks: [WinogradBlock], _ planes: WinogradPlanes, inputs: Int, outputs: Int,
        gather: (Int, WinogradWeights) -> Void, finish: (WinogradBlock, Range<Int>, [WinogradPlanes]) -> Void
    ) {
        let panels = Panels.count(outputs), cut = planes.cut, rows = WinogradWeights.rows(cut, depth: inputs)
        let together = groupedPanels(of: panels, blocks: blocks.count), groups = (panels + together - 1) / together
        let most = blocks.map(\.count).max() ?? 0
        let weightSize = WinogradWeights.size(cut, depth: inputs)
        let productSize = WinogradPlanes.size(cut, tiles: most, stride: Panels.width)
        scratch.with(Shape(team.count, together * (weightSize + productSize))) { memory in
            // The group whose weights each thread holds: a piece may go on with that of the one before.
            let ready = UnsafeMutablePointer<Int>.allocate(capacity: team.count)
            ready.initialize(repeating: -1, count: team.count)
            defer { ready.deallocate() }
            team.pieces(groups * blocks.count, grain: blocks.count) { thread, piece in
                let base = memory.pointer + thread * memory.shape[1]
                let weights = (0..<together).map {
                    WinogradWeights(base: base + $0 * weightSize, cut: cut, depth: inputs)
                }
                let products = (0..<together).map {
                    WinogradPlanes(
                        base: base + together * weightSize + $0 * productSize, cut: cut, tiles: most,
                        stride: Panels.width)
                }
                let ahead = Ahead(elements: WinogradPlanes.size(cut, tiles: blocks.tiles, stride: planes.stride))
                for unit in piece {
                    let (group, number) = unit.quotientAndRemainder(dividingBy: blocks.count)
                    let some = panels * group / groups..<panels * (group + 1) / groups, block = blocks[number]
                    let isNew = group != ready[thread]
                    if isNew { for (p, weights) in zip(some, weights) { gather(p, weights) } }
                    ready[thread] = group
                    for row in stride(from: 0, to: cut.rows.side.products, by: rows) {
                        for index in 0..<some.count {
                            if isNew || rows < cut.rows.side.products { weights[index].transform(from: row) }
                        }
                        for plane in cut.plane(row, 0)..<cut.plane(row + rows, 0) {
                            let members = block.members(of: plane)
                            let next = planes.rows(of: block, in: plane + 1, columns: 0..<inputs)
                            let place = plane - cut.plane(row, 0), count = cut.plane(row + rows, 0) - cut.plane(row, 0)
                            for index in 0..<some.count {
                                ahead?.spread(next, part: index, of: some.count, rows: members.count)
                                TileStrip.rows(
                                    planes[plane, block.firstTile + members.lowerBound], planes.stride,
                                    weights[index].plane(place), depth: inputs, count: members.count,
                                    products[index].panelOutput(plane, tile: members.lowerBound), ahead: ahead,
                                    next: index + 1 < some.count
                                        ? weights[index + 1].plane(place) : weights[0].plane((place + 1) % count))
                            }
                        }
                    }
                    finish(block, some, products)
                }
            }
        }
    }
}

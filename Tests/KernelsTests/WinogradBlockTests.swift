import Testing

@testable import Kernels

@Suite("Winograd's tiles")
struct WinogradBlockTests {
    /// Rows and columns of maps: every remainder, smaller than a tile, the paper's.
    static let maps = [(1, 1), (2, 5), (3, 4), (4, 4), (5, 9), (6, 7), (8, 10), (7, 28), (14, 28), (11, 13), (12, 18)]

    private func block(_ map: (Int, Int)) -> WinogradBlock {
        WinogradBlock(
            tiles: WinogradTiles(height: map.0, width: map.1), pictures: 2..<5, firstTile: 0, firstGroup: 0)
    }

    private func places(_ block: WinogradBlock, _ tile: Int, margin: Int) -> [Int] {
        let (rows, columns) = (block.tiles.rows.side.outputs, block.tiles.columns.side.outputs)
        var places = [Int](repeating: 0, count: (rows + 2 * margin) * (columns + 2 * margin))
        places.withUnsafeMutableBufferPointer {
            block.places(tile, margin: margin, into: $0.baseAddress!)
        }
        return places
    }

    @Test("Every output belongs to one tile, which counts it", arguments: maps)
    func outputs(_ height: Int, _ width: Int) {
        let block = block((height, width))
        var found: [Int] = []
        for tile in 0..<block.count {
            let mine = places(block, tile, margin: 0).filter { $0 >= 0 }
            #expect(mine.count == block.pixels(tile))
            found += mine
        }
        #expect(found.sorted() == Array(2 * height * width..<5 * height * width))
    }

    @Test("A patch holds all pixels that a tile's outputs see", arguments: maps)
    func patches(_ height: Int, _ width: Int) {
        let block = block((height, width)), columns = block.tiles.columns.side
        for tile in 0..<block.count {
            let outputs = places(block, tile, margin: 0)
            let patch = places(block, tile, margin: 1)
            for (index, output) in outputs.enumerated() where output >= 0 {
                let (row, column) = (output / width % height, output % width)
                for i in 0..<3 {
                    for j in 0..<3 {
                        let isInside = 0..<height ~= row + i - 1 && 0..<width ~= column + j - 1
                        let pixel = output + (i - 1) * width + j - 1
                        let (y, x) = index.quotientAndRemainder(dividingBy: columns.outputs)
                        #expect(patch[(y + i) * columns.products + x + j] == (isInside ? pixel : -1))
                    }
                }
            }
        }
    }

    @Test("A product is made for the tiles whose outputs need it, and for no other", arguments: maps)
    func members(_ height: Int, _ width: Int) {
        let block = block((height, width))
        let (rows, columns) = (block.tiles.rows.side, block.tiles.columns.side)
        for plane in 0..<block.tiles.planes {
            let needed = (0..<block.count).filter { tile in
                let (hasAllRows, hasAllColumns) = block.isWhole(tile)
                return (hasAllRows || plane / columns.products < rows.products - 1)
                    && (hasAllColumns || plane % columns.products < columns.products - 1)
            }
            #expect(needed == Array(block.members(of: plane)))
        }
        for tile in 0..<block.count {
            let outputs = places(block, tile, margin: 0)
            let (hasAllRows, hasAllColumns) = block.isWhole(tile)
            #expect(hasAllRows == outputs.suffix(columns.outputs).contains { $0 >= 0 })
            #expect(
                hasAllColumns
                    == stride(from: columns.outputs - 1, to: outputs.count, by: columns.outputs).contains {
                        outputs[$0] >= 0
                    })
        }
    }

    @Test(
        "A side takes the products of the cut that needs fewer",
        arguments: [(3, 5), (4, 6), (5, 7), (6, 8), (7, 11), (8, 12), (14, 21), (28, 38), (56, 76)])
    func saving(_ extent: Int, _ products: Int) {
        let block = block((extent, 4)), columns = block.tiles.columns.side.products
        let made = stride(from: 0, to: block.tiles.planes, by: columns).reduce(0) { $0 + block.members(of: $1).count }
        #expect(made == products * block.pictures.count)
        #expect(block.tiles.rows.products == products)
    }
}

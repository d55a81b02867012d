import Testing

@testable import Kernels

@Suite("Winograd's tiles")
struct WinogradBlockTests {
    /// Rows and columns of maps: every remainder, smaller than a tile, the paper's.
    static let maps = [(1, 1), (2, 5), (3, 4), (4, 4), (5, 9), (6, 7), (8, 10), (7, 28), (14, 28), (11, 13)]

    private func block(_ map: (Int, Int)) -> WinogradBlock {
        WinogradBlock(
            tiles: WinogradTiles(height: map.0, width: map.1), pictures: 2..<5, firstTile: 0, firstGroup: 0)
    }

    private func places(_ block: WinogradBlock, _ tile: Int, extent: Int, margin: Int) -> [Int] {
        var places = [Int](repeating: 0, count: extent * extent)
        places.withUnsafeMutableBufferPointer {
            block.places(tile, extent: extent, margin: margin, into: $0.baseAddress!)
        }
        return places
    }

    @Test("Every output belongs to one tile, which counts it", arguments: maps)
    func outputs(_ height: Int, _ width: Int) {
        let block = block((height, width))
        var found: [Int] = []
        for tile in 0..<block.count {
            let mine = places(block, tile, extent: 4, margin: 0).filter { $0 >= 0 }
            #expect(mine.count == block.pixels(tile))
            found += mine
        }
        #expect(found.sorted() == Array(2 * height * width..<5 * height * width))
    }

    @Test("A patch holds all pixels that a tile's outputs see", arguments: maps)
    func patches(_ height: Int, _ width: Int) {
        let block = block((height, width))
        for tile in 0..<block.count {
            let outputs = places(block, tile, extent: 4, margin: 0)
            let patch = places(block, tile, extent: 6, margin: 1)
            for (index, output) in outputs.enumerated() where output >= 0 {
                let (row, column) = (output / width % height, output % width)
                for i in 0..<3 {
                    for j in 0..<3 {
                        let isInside = 0..<height ~= row + i - 1 && 0..<width ~= column + j - 1
                        let pixel = output + (i - 1) * width + j - 1
                        #expect(patch[(index / 4 + i) * 6 + index % 4 + j] == (isInside ? pixel : -1))
                    }
                }
            }
        }
    }

    @Test("A product is made for the tiles whose outputs need it, and for no other", arguments: maps)
    func members(_ height: Int, _ width: Int) {
        let block = block((height, width))
        for plane in 0..<WinogradTiles.planes {
            let needed = (0..<block.count).filter { tile in
                let (hasFourRows, hasFourColumns) = block.isWhole(tile)
                return (hasFourRows || plane / 6 < 5) && (hasFourColumns || plane % 6 < 5)
            }
            #expect(needed == Array(block.members(of: plane)))
        }
        for tile in 0..<block.count {
            let outputs = places(block, tile, extent: 4, margin: 0)
            let (hasFourRows, hasFourColumns) = block.isWhole(tile)
            #expect(hasFourRows == outputs[12...].contains { $0 >= 0 })
            #expect(hasFourColumns == stride(from: 3, to: 16, by: 4).contains { outputs[$0] >= 0 })
        }
    }

    @Test("14 rows of outputs take 22 products of a column, not 24")
    func saving() {
        let block = block((14, 4))
        let products = (0..<6).reduce(0) { $0 + block.members(of: 6 * $1).count }
        #expect(products == 22 * block.pictures.count)
    }
}

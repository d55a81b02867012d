internal import Kernels
internal import MPI
internal import Tensors

/// Features in blocks that every rank sees, one block after another: memory holds one's own and one block.
struct FeatureBlocks {
    let features: FeatureTable
    let shares: PictureShares
    let world: Communicator

    /// The pictures that this rank holds: their numbers, and rows of features.
    var own: [(numbers: Range<Int>, rows: Matrix)] {
        [
            (shares.queries(of: world.rank), Matrix(features.queries)),
            (shares.gallery(of: world.rank), Matrix(features.gallery)),
        ]
    }

    /// Rows of a block: up to 16 MB, and no more than a product takes without packing its whole right factor.
    var blockRows: Int { max(64, min(504, (1 << 22) / max(1, features.width))) }

    /// Calls `body` on every rank with each block: who holds it, its pictures' numbers, and its rows, which are valid
    /// during the call. Collective.
    func forEach(
        queriesOnly: Bool = false, rows limit: Int, scratch: Scratch, _ body: (Int, Range<Int>, Tensor) throws -> Void
    ) throws {
        for owner in 0..<world.count {
            try forEach(shares.queries(of: owner), features.queries, owner, limit, scratch, body)
            if !queriesOnly {
                try forEach(shares.gallery(of: owner), features.gallery, owner, limit, scratch, body)
            }
        }
    }

    private func forEach(
        _ numbers: Range<Int>, _ table: Tensor, _ owner: Int, _ limit: Int, _ scratch: Scratch,
        _ body: (Int, Range<Int>, Tensor) throws -> Void
    ) throws {
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: limit) {
            let block = first..<min(first + limit, numbers.upperBound)
            try scratch.with(Shape(block.count, features.width)) { rows in
                if owner == world.rank {
                    let start = first - numbers.lowerBound
                    rows.assign(table.slice(start..<start + block.count))
                }
                try world.broadcast(UnsafeMutableBufferPointer(start: rows.pointer, count: rows.count), root: owner)
                try body(owner, block, rows)
            }
        }
    }
}

internal import Kernels
internal import MPI
package import Tensors

/// L2-normalised features of this rank's share of the queries and of the gallery.
///
/// Shares are contiguous: rank r of R has pictures ⌊n·r/R⌋ ..< ⌊n·(r + 1)/R⌋ of n.
package final class FeatureTable {
    /// D.
    package let width: Int
    private let arena = Arena("features")
    private let querySlot: Slot, gallerySlot: Slot

    /// Room for a rank's features.
    package init(width: Int, queries: Int, gallery: Int) {
        self.width = width
        querySlot = arena.reserve(Shape(queries, width))
        gallerySlot = arena.reserve(Shape(gallery, width))
        arena.commit()
    }

    /// Features [N, D] of the rank's queries, and of its gallery pictures.
    package var queries: Tensor { querySlot.tensor }
    package var gallery: Tensor { gallerySlot.tensor }

    /// Takes rows and scales each to length 1; a row of zeros stays.
    package static func store(_ rows: Tensor, into table: Tensor, from first: Int) {
        let width = table.shape[1]
        for row in 0..<rows.shape[0] {
            let source = Tensor(rows.pointer + row * width, Shape(width))
            let target = Tensor(table.pointer + (first + row) * width, Shape(width))
            target.assign(source)
            let length = sumOfSquares(source, team: .solo).squareRoot()
            if length > 0 { scale(target, by: Float(1 / length), team: .solo) }
        }
    }

    /// The part of `count` that belongs to `rank`.
    package static func share(_ count: Int, rank: Int, of ranks: Int) -> Range<Int> {
        count * rank / ranks..<count * (rank + 1) / ranks
    }
}

/// The transforms of a tile, F(m×n, 3×3): along each row, then along each column. `load` and `store` take (row, column);
/// `work` holds what lies between and is taken once for many tiles.
struct WinogradTransforms {
    let rows: WinogradSide, columns: WinogradSide

    /// Room for what lies between the two dimensions: a register for each product.
    typealias Work = UnsafeMutablePointer<Lanes>

    /// Products of the largest tile.
    static let mostProducts = 64

    /// Bᵗ·d·B: a patch → a tile's products.
    @inline(__always)
    func input(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        let height = rows.products
        for row in 0..<height {
            columns.input({ load(row, $0) }, { work[$0 &* height &+ row] = $1 })
        }
        for column in 0..<columns.products {
            let line = work + column &* height
            rows.input({ line[$0] }, { store($0, column, $1) })
        }
    }

    /// B·t·Bᵗ: a tile's products → a patch.
    @inline(__always)
    func inputAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        let height = rows.products
        for row in 0..<height {
            columns.inputAdjoint({ load(row, $0) }, { work[$0 &* height &+ row] = $1 })
        }
        for column in 0..<columns.products {
            let line = work + column &* height
            rows.inputAdjoint({ line[$0] }, { store($0, column, $1) })
        }
    }

    /// Aᵗ·m·A: products → outputs.
    @inline(__always)
    func output(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        let height = rows.products
        for row in 0..<height {
            columns.output({ load(row, $0) }, { work[$0 &* height &+ row] = $1 })
        }
        for column in 0..<columns.outputs {
            let line = work + column &* height
            rows.output({ line[$0] }, { store($0, column, $1) })
        }
    }

    /// A·y·Aᵗ: outputs → products.
    @inline(__always)
    func outputAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        let height = rows.outputs
        for row in 0..<height {
            columns.outputAdjoint({ load(row, $0) }, { work[$0 &* height &+ row] = $1 })
        }
        for column in 0..<columns.products {
            let line = work + column &* height
            rows.outputAdjoint({ line[$0] }, { store($0, column, $1) })
        }
    }

    /// Gᵗ·u·G: products → 3×3.
    @inline(__always)
    func weightsAdjoint(_ work: Work, load: (Int, Int) -> Lanes, store: (Int, Int, Lanes) -> Void) {
        let height = rows.products
        for row in 0..<height {
            columns.weightsAdjoint({ load(row, $0) }, { work[$0 &* height &+ row] = $1 })
        }
        for column in 0..<3 {
            let line = work + column &* height
            rows.weightsAdjoint({ line[$0] }, { store($0, column, $1) })
        }
    }

    /// The row of G·g·Gᵗ that belongs to a row of G: 3×3 → products of a row.
    @inline(__always)
    func weights(row factors: (Float, Float, Float), load: (Int, Int) -> Lanes, store: (Int, Lanes) -> Void) {
        columns.weights(
            { column in
                load(0, column).times(factors.0).plus(factors.1, load(1, column)).plus(factors.2, load(2, column))
            }, store)
    }
}

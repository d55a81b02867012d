internal import Kernels
internal import MPI
internal import Tensors

/// The nearest pictures of every picture, itself among them, and how far its farthest is.
///
/// Products in single precision say which pictures may be among the nearest; the distances of those few are computed
/// again in double precision, and these decide, equal ones by number. Lists are therefore exact, and the same on any
/// number of ranks, however a product was cut.
struct NeighbourSearch {
    let blocks: FeatureBlocks
    let team: WorkerTeam

    /// Pictures of a list.
    let length: Int

    /// What a rank found for its pictures, in the order in which it holds them.
    struct Found {
        /// The numbers of the nearest, nearest first.
        var lists: [[Int]] = []

        /// The largest squared distance to any picture.
        var maxima: [Double] = []
    }

    /// Neither may miss a picture of the exact list: errors of sums of D products of numbers below 1 stay below
    /// λ·√D·2⁻²⁴ but with probability 2·D·exp(−λ²/2) (Higham and Mary 2019); λ = 12. The distance has the product twice.
    private var margin: Float {
        let error = 2 * 12 * Double(blocks.features.width).squareRoot() * 0x1p-24 + 0x1p-20
        return Float(2 * error)
    }

    /// Searches; collective.
    func run() throws -> Found {
        let scratch = Scratch()
        let own = blocks.own
        let squares = own.map { part in
            (0..<part.rows.rows).map { row in
                let values = Tensor(part.rows.pointer + row * part.rows.stride, Shape(part.rows.columns))
                return Float(sumOfSquares(values, team: .solo))
            }
        }
        var found = Found()
        try blocks.forEach(rows: blocks.blockRows, scratch: scratch) { owner, numbers, rows in
            let columns = own.reduce(0) { $0 + $1.numbers.count }
            let local = scratch.with(Shape(numbers.count, columns)) { products in
                var first = 0
                for part in own {
                    multiply(
                        Operand(Matrix(rows)), part.rows.transposed,
                        into: Matrix(products).columns(first..<first + part.numbers.count), scratch: scratch, team: team
                    )
                    first += part.numbers.count
                }
                return search(Matrix(rows), products, squares.flatMap { $0 })
            }
            guard let parts = try blocks.world.gather(local, root: owner) else { return }
            for row in 0..<numbers.count { merge(parts, row, into: &found) }
        }
        return found
    }

    /// Numbers of a row's report: largest distance, then number and distance of the nearest, −1 where there are no more.
    private var reportLength: Int { 1 + 2 * length }

    private func search(_ rows: Matrix, _ products: Tensor, _ squares: [Float]) -> [Double] {
        let reports = reportLength * rows.rows
        return [Double](unsafeUninitializedCapacity: reports) { buffer, used in
            buffer.initialize(repeating: -1)
            used = reports
            let result = buffer
            team.ranges(rows.rows) { range in
                for row in range {
                    let report = self.report(row, rows, products.pointer + row * squares.count, squares)
                    for (index, value) in report.enumerated() { result[row * reportLength + index] = value }
                }
            }
        }
    }

    /// One row's report on this rank's pictures; `products` become approximate distances, short of the row's own square.
    private func report(
        _ row: Int, _ rows: Matrix, _ products: UnsafeMutablePointer<Float>, _ squares: [Float]
    ) -> [Double] {
        var nearest = SmallestValues(length)
        var largest = -Float.infinity
        for column in squares.indices {
            let approximate = squares[column] - 2 * products[column]
            products[column] = approximate
            nearest.add(approximate)
            largest = max(largest, approximate)
        }
        let (near, far) = (nearest.bound + margin, largest - margin)
        var candidates: [(distance: Double, number: Int)] = []
        var farthest = 0.0
        var first = 0
        for part in blocks.own {
            for column in 0..<part.numbers.count {
                let approximate = products[first + column]
                guard approximate <= near || approximate >= far else { continue }
                let distance = RowDistances.squared(rows, row, part.rows, column)
                if approximate <= near { candidates.append((distance, part.numbers.lowerBound + column)) }
                farthest = max(farthest, distance)
            }
            first += part.numbers.count
        }
        candidates.sort { $0 < $1 }
        return [farthest] + candidates.prefix(length).flatMap { [Double($0.number), $0.distance] }
    }

    private func merge(_ parts: [[Double]], _ row: Int, into found: inout Found) {
        var nearest: [(distance: Double, number: Int)] = []
        var farthest = 0.0
        for part in parts {
            let start = row * reportLength
            farthest = max(farthest, part[start])
            for place in stride(from: start + 1, to: start + reportLength, by: 2) where part[place] >= 0 {
                nearest.append((part[place + 1], Int(part[place])))
            }
        }
        nearest.sort { $0 < $1 }
        found.lists.append(nearest.prefix(length).map(\.number))
        found.maxima.append(farthest)
    }
}

/// The smallest of many values, a fixed number of them.
struct SmallestValues {
    private var values: [Float]

    /// Keeps `count` values.
    init(_ count: Int) { values = [Float](repeating: .infinity, count: count) }

    /// The largest of the kept; infinite while they are fewer.
    var bound: Float { values[values.count - 1] }

    /// Takes a value.
    @inline(__always)
    mutating func add(_ value: Float) {
        guard value < values[values.count - 1] else { return }
        var place = values.count - 1
        while place > 0, values[place - 1] > value {
            values[place] = values[place - 1]
            place -= 1
        }
        values[place] = value
    }
}

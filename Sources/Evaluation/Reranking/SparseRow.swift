internal import Glibc
internal import MPI

/// A row of V: the weights of the pictures that describe a picture, all others being 0.
struct SparseRow {
    /// Ascending.
    var numbers: [Int] = []
    var weights: [Double] = []

    /// exp(−dⱼ) of the given pictures, with sum 1.
    init(_ numbers: [Int], distances: [Double]) {
        self.numbers = numbers
        weights = distances.map { exp(-$0) }
        let sum = weights.reduce(0, +)
        if sum > 0 { weights = weights.map { $0 / sum } }
    }

    /// A row from its parts.
    init(numbers: [Int], weights: [Double]) { (self.numbers, self.weights) = (numbers, weights) }

    /// The mean of rows, `dense` being zeros, one a picture, before and after.
    init(meanOf rows: [SparseRow], dense: inout [Double]) {
        var touched = Set<Int>()
        for row in rows {
            for (number, weight) in zip(row.numbers, row.weights) {
                touched.insert(number)
                dense[number] += weight
            }
        }
        numbers = touched.sorted()
        let count = Double(max(1, rows.count))
        weights = numbers.map { dense[$0] / count }
        for number in numbers { dense[number] = 0 }
    }
}

extension Communicator {
    /// The rows of each rank, in their order, on every rank.
    func allGather(_ rows: [SparseRow]) throws -> [[SparseRow]] {
        let counts = try allGather(rows.map { Int64($0.numbers.count) })
        let numbers = try allGather(rows.flatMap { $0.numbers.map { Int64($0) } })
        let weights = try allGather(rows.flatMap(\.weights))
        return (0..<count).map { rank in
            var start = 0
            return counts[rank].map { length in
                let range = start..<start + Int(length)
                start = range.upperBound
                return SparseRow(numbers: numbers[rank][range].map { Int($0) }, weights: Array(weights[rank][range]))
            }
        }
    }
}

/// V of a part of the pictures by columns: who is described by a picture, and with which weight.
struct InvertedIndex {
    private var starts: [Int]
    private var rows: [Int32]
    private var weights: [Double]

    /// The index of `table`, whose numbers are below `pictures`.
    init(_ table: [SparseRow], pictures: Int) {
        starts = [Int](repeating: 0, count: pictures + 1)
        for row in table { for number in row.numbers { starts[number + 1] += 1 } }
        for number in 0..<pictures { starts[number + 1] += starts[number] }
        var next = starts
        rows = [Int32](repeating: 0, count: starts[pictures])
        weights = [Double](repeating: 0, count: starts[pictures])
        for (index, row) in table.enumerated() {
            for (number, weight) in zip(row.numbers, row.weights) {
                rows[next[number]] = Int32(index)
                weights[next[number]] = weight
                next[number] += 1
            }
        }
    }

    /// Σₖ min(xₖ, Vⱼₖ) for each row j, in `sums`, which are as many as rows.
    func overlaps(of x: SparseRow, into sums: inout [Double]) {
        for index in sums.indices { sums[index] = 0 }
        for (number, weight) in zip(x.numbers, x.weights) {
            for place in starts[number]..<starts[number + 1] {
                sums[Int(rows[place])] += min(weight, weights[place])
            }
        }
    }
}

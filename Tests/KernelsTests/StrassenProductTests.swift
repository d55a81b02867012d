import Tensors
import TestSupport
import Testing

@testable import Kernels

/// Left factors reach from one pair over part of a tile, of a strip and of a chunk to many chunks; all are paired and deep
/// enough for `StrassenProduct`.
@Suite("Products of seven halves")
struct StrassenProductTests {
    private static let depth = StrassenProduct.leastDepth
    static let rows = [2, 10, 170, 504, 1010, 4300]

    /// Columns beyond the least, depth beyond the least, whether b is transposed.
    static let forms = [(0, 0, false), (0, 32, true), (64, 64, true), (128, 0, false)]

    private struct Case {
        let m: Int, n: Int, k: Int, isTransposed: Bool
        let a: TestTensor, b: TestTensor, bias: TestTensor, factor: TestTensor, residual: TestTensor

        init(_ rows: Int, _ form: (Int, Int, Bool)) {
            (m, n, k) = (rows, StrassenProduct.leastColumns + form.0, StrassenProductTests.depth + form.1)
            isTransposed = form.2
            a = .random([m, k], seed: 1)
            b = .random(isTransposed ? [n, k] : [k, n], seed: 2)
            (bias, factor, residual) = (.random([n], seed: 3), .random([n], seed: 4), .random([m, n], seed: 5))
        }

        var right: Operand { isTransposed ? Matrix(b.view).transposed : Operand(Matrix(b.view)) }

        func left(filled: Bool = false) -> TileProduct.LeftRows {
            let matrix = Matrix(a.view), lying = TileProduct.LeftRows(matrix)
            return (filled ? TileProduct.LeftRows(count: m, depth: k, fill: lying.fill) : lying).ofPictures(2)
        }

        /// The product of every row that `isChecked` in double precision, and 0 elsewhere.
        func exact(_ isChecked: (Int) -> Bool = { _ in true }) -> [Double] {
            var result = [Double](repeating: 0, count: m * n)
            let (x, y) = (a.doubles, b.doubles)
            for row in 0..<m where isChecked(row) {
                for index in 0..<k {
                    let factor = x[row * k + index]
                    for column in 0..<n {
                        result[row * n + column] += factor * y[isTransposed ? column * k + index : index * n + column]
                    }
                }
            }
            return result
        }

        /// The result, in rows that lie further apart than they are long.
        func run(
            _ team: WorkerTeam, filled: Bool = false, start: TestTensor? = nil,
            _ change: (inout TileOutput) -> Void = { _ in }
        ) -> [Float] {
            let stride = n + 16
            let owner = TestTensor([m, stride])
            owner.view.fill(.nan)
            if let start {
                for row in 0..<m {
                    for column in 0..<n { owner.view[row * stride + column] = start.view[row * n + column] }
                }
            }
            var output = TileOutput(base: owner.view.pointer, stride: stride, columns: n)
            change(&output)
            #expect(StrassenProduct.fits(left(), right))
            TileProduct(scratch: Scratch(), team: team).multiply(left(filled: filled), right, output)
            let values = owner.view.array
            #expect(values.count(where: \.isNaN) == 16 * m, "nothing beside the result is written")
            return (0..<m).flatMap { values[$0 * stride..<$0 * stride + n] }
        }
    }

    @Test("It agrees with a triple loop, plain and with all that an output does", arguments: rows, forms.indices)
    func tripleLoop(_ rows: Int, _ form: Int) {
        let test = Case(rows, Self.forms[form]), shared = team(3)
        let isChecked = { (row: Int) in rows <= 170 || row % 37 < 2 || row >= rows - 2 }
        let exact = test.exact(isChecked)
        func expectClose(_ found: [Float], _ expected: (Int, Double) -> Double) {
            let wanted = exact.enumerated().map { isChecked($0 / test.n) ? expected($0, $1) : 0 }
            let got = found.enumerated().map { isChecked($0 / test.n) ? $1 : 0 }
            #expect(relativeError(got, wanted) < 5e-6)
        }
        let (bias, factor, residual) = (test.bias.doubles, test.factor.doubles, test.residual.doubles)
        for filled in [false, true] { expectClose(test.run(shared, filled: filled)) { $1 } }
        expectClose(
            test.run(shared, start: test.residual) {
                ($0.adding, $0.bias, $0.rectified) = (true, test.bias.view.pointer, true)
            }
        ) { max(0, $1 + residual[$0] + bias[$0 % test.n]) }
        // The residual lies as the result does.
        let spread = TestTensor([test.m, test.n + 16])
        for row in 0..<test.m {
            for column in 0..<test.n {
                spread.view[row * (test.n + 16) + column] = test.residual.view[row * test.n + column]
            }
        }
        expectClose(
            test.run(shared) { ($0.factor, $0.residual) = (test.factor.view.pointer, spread.view.pointer) }
        ) { factor[$0 % test.n] * $1 + residual[$0] }
    }

    @Test("Sums of each chunk are those of its rows", arguments: rows)
    func sums(_ rows: Int) {
        let test = Case(rows, Self.forms[1]), chunk = TileProduct.chunkRows, chunks = (rows + chunk - 1) / chunk
        let sums = TestTensor([chunks, 3, test.n])
        let result = test.run(team(3)) { $0.sums = sums.view.pointer }
        var worst = 0.0
        for number in 0..<chunks {
            let range = number * chunk..<min(rows, (number + 1) * chunk)
            for column in 0..<test.n {
                let place = 3 * number * test.n + column
                let shift = Double(sums.view[place])
                let differences = range.map { Double(result[$0 * test.n + column]) - shift }
                let scale = differences.reduce(1) { $0 + $1 * $1 }
                worst = max(
                    worst, abs(Double(sums.view[place + test.n]) - differences.reduce(0, +)) / scale.squareRoot(),
                    abs(Double(sums.view[place + 2 * test.n]) - differences.reduce(0) { $0 + $1 * $1 }) / scale)
            }
        }
        #expect(worst < 1e-4)
    }

    @Test("The same bits on any team", arguments: rows)
    func teams(_ rows: Int) {
        let test = Case(rows, Self.forms[2])
        let alone = test.run(.solo).map(\.bitPattern)
        for threads in [2, 3, 7] { #expect(test.run(team(threads)).map(\.bitPattern) == alone, "\(threads) threads") }
    }

    @Test("A picture's bits do not depend on the pictures beside it", arguments: [3, 60])
    func pictures(_ count: Int) {
        let (each, width) = (10, StrassenProduct.leastColumns)
        let all = TestTensor.random([count, each, Self.depth], seed: 1)
        let weights = TestTensor.random([width, Self.depth], seed: 2)
        func product(_ pictures: Range<Int>) -> [UInt32] {
            let result = TestTensor([pictures.count, each, width])
            let input = all.view.slice(pictures)
            multiply(
                Operand(Matrix(input)), Matrix(weights.view).transposed, into: Matrix(result.view), scratch: Scratch(),
                team: .solo)
            return bits(result.view)
        }
        let together = product(0..<count)
        for picture in [0, count / 2, count - 1] {
            let range = picture * each * width..<(picture + 1) * each * width
            #expect(product(picture..<picture + 1) == Array(together[range]))
        }
    }

    @Test("Pictures of an odd number of rows, and small products, are made as before")
    func others() {
        let test = Case(10, Self.forms[0])
        let rows = TileProduct.LeftRows(Matrix(test.a.view))
        #expect(!StrassenProduct.fits(rows, test.right))
        #expect(!StrassenProduct.fits(rows.ofPictures(5), test.right))
        #expect(StrassenProduct.fits(rows.ofPictures(10), test.right))
        #expect(!StrassenProduct.fits(rows.ofPictures(10), test.right.columns(0..<StrassenProduct.leastColumns / 2)))
        let shallow = TileProduct.LeftRows(Matrix(test.a.view).columns(0..<Self.depth / 2)).ofPictures(10)
        #expect(!StrassenProduct.fits(shallow, test.right.rows(0..<Self.depth / 2)))
    }
}

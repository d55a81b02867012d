import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Products of few rows with a factor that passes by once")
struct ThinProductTests {
    /// Rows, columns and terms: fewer rows than are summed together, and parts of them; columns that leave one or two of three;
    /// blocks of terms and of columns that are not full.
    static let shapes = [(1, 128, 4112), (3, 6176, 96), (8, 96, 11_008), (9, 11_040, 96), (34, 5024, 112)]

    private struct Case {
        let m: Int, n: Int, k: Int
        let a: TestTensor, b: TestTensor, turned: TestTensor, bias: TestTensor

        init(_ shape: (Int, Int, Int)) {
            let (m, n, k) = shape
            (a, b, bias) = (.random([m, k], seed: 1), .random([k, n], seed: 2), .random([n], seed: 3))
            let view = b.view
            turned = TestTensor([n, k], (0..<n * k).map { view[$0 % k * n + $0 / k] })
            (self.m, self.n, self.k) = shape
        }

        func factor(_ transposed: Bool) -> Operand {
            transposed ? Matrix(turned.view).transposed : Operand(Matrix(b.view))
        }

        /// Rows `rows` of the product, through the door that all layers take.
        func run(
            transposed: Bool, rows: Range<Int>? = nil, bias: Bool = false, rectified: Bool = false,
            team: WorkerTeam = .solo
        ) -> [Float] {
            let rows = rows ?? 0..<m, stride = n + 5
            let owner = TestTensor([rows.count, stride])
            owner.view.fill(.nan)
            let target = Matrix(owner.view.pointer + 2, rows: rows.count, columns: n, stride: stride)
            let left = Operand(Matrix(a.view).rows(rows)), right = factor(transposed)
            #expect(ThinProduct.fits(left, right))
            multiply(
                left, right, into: target, bias: bias ? self.bias.view : nil, rectified: rectified,
                scratch: Scratch(), team: team)
            let values = owner.view.array
            #expect(values.count(where: \.isNaN) == 5 * rows.count, "elements beside the result")
            return (0..<rows.count).flatMap { row in values[row * stride + 2..<row * stride + 2 + n] }
        }
    }

    @Test("Both forms agree with a triple loop in double precision", arguments: shapes.indices)
    func tripleLoop(_ index: Int) {
        let test = Case(Self.shapes[index])
        let (x, y, bias) = (test.a.doubles, test.b.doubles, test.bias.doubles)
        var exact = [Double](repeating: 0, count: test.m * test.n)
        for row in 0..<test.m {
            for k in 0..<test.k {
                let factor = x[row * test.k + k]
                for column in 0..<test.n { exact[row * test.n + column] += factor * y[k * test.n + column] }
            }
        }
        let shifted = exact.enumerated().map { $1 + bias[$0 % test.n] }
        // The one order sums all terms one after the other, the other one in as many parts as a register has lanes.
        for (transposed, bound) in [(false, 5e-6), (true, 1e-6)] {
            #expect(relativeError(test.run(transposed: transposed), exact) < bound)
            #expect(relativeError(test.run(transposed: transposed, bias: true), shifted) < bound)
            let rectified = test.run(transposed: transposed, bias: true, rectified: true)
            #expect(relativeError(rectified, shifted.map { max(0, $0) }) < bound)
        }
    }

    @Test("The same bits on any team, and for a row whatever is beside it", arguments: shapes.indices)
    func oneOrder(_ index: Int) {
        let test = Case(Self.shapes[index])
        for transposed in [false, true] {
            let whole = test.run(transposed: transposed)
            for threads in [2, 3, 7] {
                #expect(test.run(transposed: transposed, team: team(threads)) == whole, "\(threads) threads")
            }
            for row in Set([0, test.m / 2, test.m - 1]) {
                let alone = test.run(transposed: transposed, rows: row..<row + 1)
                #expect(alone == Array(whole[row * test.n..<(row + 1) * test.n]), "row \(row)")
            }
        }
    }

    @Test("What is not transposed has the bits of register tiles", arguments: shapes.indices)
    func tiles(_ index: Int) {
        let test = Case(Self.shapes[index]), found = TestTensor([test.m, test.n])
        let output = TileOutput(base: found.view.pointer, stride: test.n, columns: test.n)
        TileProduct(scratch: Scratch(), team: .solo).multiply(
            TileProduct.LeftRows(Matrix(test.a.view)), test.factor(false), output)
        #expect(found.view.array == test.run(transposed: false))
    }

    @Test("Small factors, ends of registers and several rows a picture go by tiles")
    func choice() {
        func fits(_ m: Int, _ n: Int, _ k: Int, rowsPerPicture: Int = 1, transposed: Bool = false) -> Bool {
            let a = TestTensor([m, k]), b = TestTensor([k, n])
            let left = Matrix(a.view.pointer, rows: m, columns: k, stride: k, rowsPerPicture: rowsPerPicture)
            return ThinProduct.fits(
                transposed ? Matrix(TestTensor([k, m]).view).transposed : Operand(left), Operand(Matrix(b.view)))
        }
        #expect(fits(8, 128, 6144))
        #expect(fits(8, 6144, 128))
        #expect(!fits(8, 64, 6144))
        #expect(!fits(8, 1024, 4096))
        #expect(!fits(8, 129, 6144))
        #expect(!fits(8, 128, 6145))
        #expect(!fits(8, 128, 6144, rowsPerPicture: 4))
        #expect(!fits(8, 128, 6144, transposed: true))
    }
}

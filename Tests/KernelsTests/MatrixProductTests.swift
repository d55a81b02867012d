import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Matrix product")
struct MatrixProductTests {
    /// A rows × columns matrix inside a larger tensor, whose other elements are NaN.
    private struct Inner {
        let owner: TestTensor
        let matrix: Matrix

        init(_ rows: Int, _ columns: Int, gap: Int, seed: UInt64) {
            let values = TestTensor.random([rows, columns], seed: seed)
            let stride = columns + gap
            owner = TestTensor([rows + 1, stride])
            owner.view.fill(.nan)
            matrix = Matrix(owner.view.pointer + gap / 2, rows: rows, columns: columns, stride: stride)
            for row in 0..<rows {
                for column in 0..<columns {
                    matrix.pointer[row * stride + column] = values.view[row * columns + column]
                }
            }
        }

        subscript(row: Int, column: Int) -> Double { Double(matrix.pointer[row * matrix.stride + column]) }

        /// Elements outside the matrix that are still NaN.
        var untouched: Int {
            owner.view.array.count(where: \.isNaN)
        }
    }

    static let sizes = [
        (1, 1, 1), (3, 5, 7), (17, 1, 9), (1, 33, 4), (8, 16, 1), (97, 61, 101), (200, 30, 130),
        (31, 211, 130),
    ]

    @Test(
        "Every combination of transposes, strides, teams and additions agrees with a triple loop",
        arguments: sizes.indices, 1...4)
    func tripleLoop(_ index: Int, _ threads: Int) {
        let (m, n, k) = Self.sizes[index]
        let shared = team(threads)
        for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
            for gap in [0, 3] {
                let a = transposeA ? Inner(k, m, gap: gap, seed: 1) : Inner(m, k, gap: gap, seed: 1)
                let b = transposeB ? Inner(n, k, gap: gap, seed: 2) : Inner(k, n, gap: gap, seed: 2)
                for (adding, scale) in [(false, Float(1)), (true, -0.5)] {
                    let c = Inner(m, n, gap: gap, seed: 3)
                    let before = (0..<m).map { row in (0..<n).map { c[row, $0] } }
                    let outside = c.untouched
                    multiply(
                        transposeA ? a.matrix.transposed : Operand(a.matrix),
                        transposeB ? b.matrix.transposed : Operand(b.matrix), into: c.matrix, adding: adding,
                        scale: scale, team: shared)
                    var worst = 0.0
                    for row in 0..<m {
                        for column in 0..<n {
                            var sum = 0.0
                            for inner in 0..<k {
                                sum +=
                                    (transposeA ? a[inner, row] : a[row, inner])
                                    * (transposeB ? b[column, inner] : b[inner, column])
                            }
                            let expected = sum * Double(scale) + (adding ? before[row][column] : 0)
                            let error = abs(c[row, column] - expected)
                            worst = error.isNaN ? .infinity : max(worst, error)
                        }
                    }
                    #expect(
                        worst < 2e-6 * Double(k + 8), "transposed \(transposeA) \(transposeB), gap \(gap)")
                    #expect(c.untouched == outside, "wrote beside the matrix")
                }
            }
        }
    }

    @Test("The short forms mean what they say")
    func shortForms() {
        let a = Inner(2, 3, gap: 0, seed: 1), b = Inner(3, 4, gap: 0, seed: 2)
        func product(_ body: (Matrix) -> Void, _ rows: Int, _ columns: Int) -> [Float] {
            let c = TestTensor([rows, columns])
            body(Matrix(c.view))
            return c.view.array
        }
        func sum(_ rows: Int, _ columns: Int, _ inner: Int, _ term: (Int, Int, Int) -> Double) -> [Double] {
            (0..<rows * columns).map { at in
                (0..<inner).reduce(0) { $0 + term(at / columns, at % columns, $1) }
            }
        }
        let ab = product({ multiply(a.matrix, b.matrix, into: $0, team: .solo) }, 2, 4)
        #expect(relativeError(ab, sum(2, 4, 3) { a[$0, $2] * b[$2, $1] }) < 1e-6)
        let aat = product({ multiply(a.matrix, a.matrix.transposed, into: $0, team: .solo) }, 2, 2)
        #expect(relativeError(aat, sum(2, 2, 3) { a[$0, $2] * a[$1, $2] }) < 1e-6)
        let ata = product({ multiply(a.matrix.transposed, Operand(a.matrix), into: $0, team: .solo) }, 3, 3)
        #expect(relativeError(ata, sum(3, 3, 2) { a[$2, $0] * a[$2, $1] }) < 1e-6)
    }

    @Test("Rows and columns of a matrix are where they should be")
    func subMatrices() {
        let inner = Inner(5, 6, gap: 3, seed: 4)
        let part = inner.matrix.rows(1..<4).columns(2..<6)
        #expect((part.rows, part.columns, part.stride) == (3, 4, 9))
        #expect(Double(part.pointer[2 * 9 + 3]) == inner[3, 5])
        let turned = inner.matrix.transposed
        #expect((turned.rows, turned.columns) == (6, 5))
        #expect((turned.rows(1..<3).rows, turned.rows(1..<3).columns) == (2, 5))
        #expect(Double(turned.rows(1..<3).matrix.pointer[0]) == inner[0, 1])
        #expect(Double(turned.columns(2..<5).matrix.pointer[0]) == inner[2, 0])
    }

    @Test("Factors that do not fit end the program")
    func misfit() async {
        await #expect(processExitsWith: .failure) {
            let a = TestTensor([2, 3]), b = TestTensor([2, 3])
            multiply(Matrix(a.view), Matrix(b.view), into: Matrix(b.view), team: .solo)
        }
    }
}

import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Products on register tiles")
struct TileProductTests {
    /// [m, k]·[k, n]: on both sides of a tile's rows, a register's and a panel's columns, strides that are copied
    /// (multiples of 512), several chunks, panels packed together and by themselves, and left factors too large to stay
    /// in the caches, in strips of all of a chunk's rows or fewer; at last single panels of deep products.
    static let shapes = [
        (1, 1, 1), (2, 8, 3), (3, 16, 17), (5, 17, 16), (8, 31, 20), (13, 32, 64), (14, 33, 512), (15, 48, 513),
        (28, 70, 100), (29, 64, 7), (169, 40, 33), (340, 36, 1024), (1100, 40, 1000),
        (20, 40, 256), (9, 700, 40), (30, 2100, 300), (520, 20, 1100), (515, 50, 1024), (600, 36, 200),
        (70, 30, 300), (37, 12, 700), (512, 16, 400), (45, 70, 383),
    ]

    private struct Case {
        let m: Int, n: Int, k: Int
        let a: TestTensor, b: TestTensor, c: TestTensor, bias: TestTensor

        init(_ shape: (Int, Int, Int)) {
            (m, n, k) = shape
            (a, b) = (.random([m, k], seed: 1), .random([k, n], seed: 2))
            (c, bias) = (.random([m, n], seed: 3), .random([n], seed: 4))
        }

        /// The product in double precision.
        var exact: [Double] {
            var result = [Double](repeating: 0, count: m * n)
            let (x, y) = (a.doubles, b.doubles)
            for row in 0..<m {
                for index in 0..<k {
                    let factor = x[row * k + index]
                    for column in 0..<n { result[row * n + column] += factor * y[index * n + column] }
                }
            }
            return result
        }

        func turned(_ tensor: TestTensor, _ rows: Int, _ columns: Int) -> TestTensor {
            var values = [Float](repeating: 0, count: rows * columns)
            for row in 0..<rows {
                for column in 0..<columns { values[column * rows + row] = tensor.view[row * columns + column] }
            }
            return TestTensor([columns, rows], values)
        }

        /// c and what must not change beside it, from a matrix inside a larger one.
        func run(
            transposedA: Bool = false, transposedB: Bool = false, adding: Bool = false, bias: TestTensor? = nil,
            rectified: Bool = false, team: WorkerTeam
        ) -> (result: [Float], isClean: Bool) {
            let left = transposedA ? turned(a, m, k) : a, right = transposedB ? turned(b, k, n) : b
            let stride = n + 3
            let owner = TestTensor([m, stride])
            owner.view.fill(.nan)
            let target = Matrix(owner.view.pointer + 1, rows: m, columns: n, stride: stride)
            if adding {
                for row in 0..<m {
                    for column in 0..<n { target.pointer[row * stride + column] = c.view[row * n + column] }
                }
            }
            multiply(
                transposedA ? Matrix(left.view).transposed : Operand(Matrix(left.view)),
                transposedB ? Matrix(right.view).transposed : Operand(Matrix(right.view)), into: target, adding: adding,
                bias: bias?.view, rectified: rectified, scratch: Scratch(), team: team)
            let values = owner.view.array
            let result = (0..<m).flatMap { row in (0..<n).map { values[row * stride + 1 + $0] } }
            return (result, values.count(where: \.isNaN) == 3 * m)
        }
    }

    @Test("Every form agrees with a triple loop and touches nothing else", arguments: shapes.indices, [1, 3])
    func tripleLoop(_ index: Int, _ threads: Int) {
        let test = Case(Self.shapes[index]), shared = team(threads)
        let (exact, c) = (test.exact, test.c.doubles)
        let sum = zip(exact, c).map { $0 + $1 }
        for transposed in [false, true] {
            let plain = test.run(transposedB: transposed, team: shared)
            #expect(relativeError(plain.result, exact) < 1e-5 && plain.isClean)
            let added = test.run(transposedB: transposed, adding: true, team: shared)
            #expect(relativeError(added.result, sum) < 1e-5 && added.isClean)
        }
        let bias = test.bias.doubles
        let rectified = exact.enumerated().map { max(0, $1 + bias[$0 % test.n]) }
        let finished = test.run(bias: test.bias, rectified: true, team: shared)
        #expect(relativeError(finished.result, rectified) < 1e-5 && finished.isClean)
        for adding in [false, true] {
            let found = test.run(transposedA: true, adding: adding, team: shared)
            #expect(relativeError(found.result, adding ? sum : exact) < 1e-5 && found.isClean)
        }
    }

    @Test("The same bits on any team", arguments: shapes.indices)
    func teams(_ index: Int) {
        let test = Case(Self.shapes[index])
        for (transposedA, transposedB) in [(false, false), (false, true), (true, false)] {
            let alone = test.run(transposedA: transposedA, transposedB: transposedB, team: .solo).result
            for threads in [2, 3, 7] {
                let shared = test.run(transposedA: transposedA, transposedB: transposedB, team: team(threads)).result
                #expect(shared.map(\.bitPattern) == alone.map(\.bitPattern), "\(threads) threads")
            }
        }
    }

    /// A long sum into a small result is cut into segments of 3136 rows.
    @Test(
        "Sums over many rows: segments and chunks agree with double precision, on any team", arguments: [false, true])
    func segments(_ adding: Bool) {
        let (rows, m, n) = (7000, 19, 37)
        let a = TestTensor.random([rows, m], seed: 1), b = TestTensor.random([rows, n], seed: 2)
        var exact = [Double](repeating: adding ? 0.25 : 0, count: m * n)
        let (x, y) = (a.doubles, b.doubles)
        for row in 0..<rows {
            for i in 0..<m { for j in 0..<n { exact[i * n + j] += x[row * m + i] * y[row * n + j] } }
        }
        func product(_ team: WorkerTeam) -> TestTensor {
            let c = TestTensor([m, n])
            c.view.fill(adding ? 0.25 : .nan)
            multiply(
                Matrix(a.view).transposed, Operand(Matrix(b.view)), into: Matrix(c.view), adding: adding,
                scratch: Scratch(), team: team)
            return c
        }
        let alone = product(.solo)
        #expect(relativeError(alone.view.array, exact) < 1e-5)
        for threads in [2, 3, 5] { #expect(bits(product(team(threads)).view) == bits(alone.view)) }
    }

    @Test("A packed factor is the factor, plain and transposed", arguments: [(1, 5, 9), (8, 64, 96), (17, 33, 40)])
    func packed(_ rows: Int, _ depth: Int, _ columns: Int) {
        let test = Case((rows, columns, depth))
        let turned = test.turned(test.b, depth, columns)
        for operand in [Operand(Matrix(test.b.view)), Matrix(turned.view).transposed] {
            let c = TestTensor([rows, columns])
            PackedFactor.with(operand, scratch: Scratch(), team: team(3)) { factor in
                factor.multiply(Matrix(test.a.view), into: Matrix(c.view), adding: false)
                factor.multiply(Matrix(test.a.view), into: Matrix(c.view), adding: true)
            }
            #expect(relativeError(c.view.array, test.exact.map { 2 * $0 }) < 1e-5)
        }
    }

    /// What makes results of binaries for AVX2 and AVX-512 agree: the level decides which elements are computed side by
    /// side, not how one is (but for `StrassenProduct`, whose least depth is the level's). Layers with sums across lanes (softmax, layer normalisation, norms) differ by rounding: their
    /// tests bound each level's distance from double precision.
    @Test("Every element is one chain of fused multiply-adds over k, whatever the level", arguments: [(29, 40, 300)])
    func chain(_ m: Int, _ n: Int, _ k: Int) {
        let test = Case((m, n, k))
        let (x, y) = (test.a.view.array, test.b.view.array)
        var expected = [Float](repeating: 0, count: m * n)
        for row in 0..<m {
            for column in 0..<n {
                var sum: Float = 0
                for index in 0..<k {
                    #if JCM_LEVEL_V3 || JCM_LEVEL_V4 || arch(arm64)
                        sum.addProduct(x[row * k + index], y[index * n + column])
                    #else
                        sum += x[row * k + index] * y[index * n + column]
                    #endif
                }
                expected[row * n + column] = sum
            }
        }
        let found = test.run(team: team(2)).result
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    }
}

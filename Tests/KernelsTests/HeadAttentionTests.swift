import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Attention of one head")
struct HeadAttentionTests {
    /// Queries, keys, width: one of each; rows that end within a register, with one and with several registers; more keys than
    /// a panel has columns; the demo's and the paper's heads; more queries than keys.
    static let shapes = [
        (1, 1, 1), (2, 3, 4), (5, 8, 16), (11, 11, 32), (11, 12, 32), (16, 16, 8), (7, 17, 24), (3, 33, 40),
        (9, 70, 20), (28, 28, 128), (12, 5, 24),
    ]

    /// A matrix of random numbers within rows that are wider: heads lie side by side.
    private struct Part {
        let owner: TestTensor, matrix: Matrix

        init(_ rows: Int, _ columns: Int, seed: UInt64, isEmpty: Bool = false) {
            owner = .random([rows, columns + 5], seed: seed)
            if isEmpty { owner.view.fill(.nan) }
            matrix = Matrix(owner.view.pointer + 2, rows: rows, columns: columns, stride: columns + 5)
        }

        var rows: [[Double]] {
            (0..<matrix.rows).map { row in
                (0..<matrix.columns).map { Double(matrix.pointer[row * matrix.stride + $0]) }
            }
        }

        /// Elements beside the matrix that are still untouched.
        var untouched: Int { owner.view.array.count(where: \.isNaN) }

        func error(_ expected: [[Double]]) -> Double {
            relativeError(rows.flatMap { $0.map { Float($0) } }, expected.flatMap(\.self))
        }
    }

    private func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
        a.map { row in b[0].indices.map { column in zip(row, b).reduce(0) { $0 + $1.0 * $1.1[column] } } }
    }

    private func turned(_ a: [[Double]]) -> [[Double]] { a[0].indices.map { column in a.map { $0[column] } } }

    @Test(
        "Probabilities, output and gradients are those of the formulas in Double", arguments: shapes.indices,
        [false, true])
    func formulas(_ index: Int, _ drops: Bool) {
        let (queries, keys, width) = Self.shapes[index], scale = 1 / Double(width).squareRoot()
        let q = Part(queries, width, seed: 1), k = Part(keys, width, seed: 2), v = Part(keys, width, seed: 3)
        let dy = Part(queries, width, seed: 4)
        let y = Part(queries, width, seed: 0, isEmpty: true), dq = Part(queries, width, seed: 0, isEmpty: true)
        let dk = Part(keys, width, seed: 0, isEmpty: true), dv = Part(keys, width, seed: 0, isEmpty: true)
        let size = HeadAttention.workSize(queries: queries, keys: keys, width: width)
        let work = TestTensor([size + 16])
        work.view.fill(.nan)
        let head = HeadAttention(
            queries: queries, keys: keys, width: width, scale: Float(scale), in: work.view.prefix(size))
        for isCausal in queries == keys ? [false, true] : [false] {
            let p = TestTensor([queries * keys + 16]), used = TestTensor([queries * keys + 16])
            p.view.fill(.nan)
            head.probabilities(q.matrix, k.matrix, isCausal: isCausal, into: p.view.prefix(queries * keys))
            let powers = product(q.rows, turned(k.rows)).enumerated().map { row, scores in
                scores.enumerated().map { isCausal && $0 > row ? 0 : exp($1 * scale) }
            }
            let expected = powers.map { row in row.map { $0 / row.reduce(0, +) } }
            #expect(relativeError(p.view.prefix(queries * keys).array, expected.flatMap(\.self)) < 1e-6)
            #expect(p.view.array.count(where: \.isNaN) == 16, "written beyond the last row")

            // Behind a row's end lies the next one, behind the last one what must not be read.
            let mask = (0..<queries * keys).map { drops ? Float($0 * 7 % 3 == 0 ? 0 : 1.5) : 1 }
            used.view.fill(.nan)
            for place in mask.indices { used.view[place] = p.view[place] * mask[place] }
            let dropped = (0..<queries).map { row in
                (0..<keys).map { expected[row][$0] * Double(mask[row * keys + $0]) }
            }
            head.mix(used.view.prefix(queries * keys), v.matrix, into: y.matrix)
            #expect(y.error(product(dropped, v.rows)) < 2e-6)

            head.backward(
                dy.matrix, q.matrix, k.matrix, v.matrix, probabilities: p.view.prefix(queries * keys),
                used: used.view.prefix(queries * keys), into: dq.matrix, dk.matrix, dv.matrix)
            let g = product(dy.rows, turned(v.rows))
            let ds = (0..<queries).map { row -> [Double] in
                let masked = (0..<keys).map { g[row][$0] * Double(mask[row * keys + $0]) }
                let dot = zip(masked, expected[row]).reduce(0) { $0 + $1.0 * $1.1 }
                return (0..<keys).map { scale * expected[row][$0] * (masked[$0] - dot) }
            }
            #expect(dv.error(product(turned(dropped), dy.rows)) < 2e-6)
            if keys > 1 {
                #expect(dq.error(product(ds, k.rows)) < 5e-6)
                #expect(dk.error(product(turned(ds), q.rows)) < 5e-6)
            }
            for (part, rows) in [(y, queries), (dq, queries), (dk, keys), (dv, keys)] {
                #expect(part.untouched == 5 * rows, "written beside a head")
            }
            #expect(work.view.array.suffix(16).count(where: \.isNaN) == 16, "written behind the work's memory")
        }
    }

    @Test("Scores of hundreds leave one key to a query, and the rest exactly 0")
    func large() {
        let (count, width) = (13, 24)
        let k = Part(count, width, seed: 2)
        let q = Part(count, width, seed: 2)
        for place in 0..<count * (width + 5) { q.owner.view[place] *= 300 }
        let p = TestTensor([count, count])
        let work = TestTensor([HeadAttention.workSize(queries: count, keys: count, width: width)])
        let head = HeadAttention(queries: count, keys: count, width: width, scale: 1, in: work.view)
        head.probabilities(q.matrix, k.matrix, isCausal: false, into: p.view)
        for row in 0..<count {
            let found = p.view.slice(row..<row + 1).array
            #expect(found[row] == 1 && found.count(where: { $0 == 0 }) == count - 1)
        }
        k.matrix.pointer[4 * k.matrix.stride] = .infinity
        head.probabilities(q.matrix, k.matrix, isCausal: false, into: p.view)
        #expect(p.view.array.allSatisfy { $0.isNaN || $0 == 0 || $0 == 1 })
        #expect(p.view.array.count(where: \.isNaN) > 0, "an infinite key must show")
    }
}

import Tensors
import TestSupport
import Testing

@testable import Kernels

/// The same bits at any number of threads: a run's numbers must not depend on the machine it runs on.
@Suite("Sums have one order, whatever the team")
struct DeterminismTests {
    private func agree(_ what: String, _ run: (WorkerTeam) -> [UInt32]) {
        let alone = run(.solo)
        #expect(!alone.isEmpty)
        for count in [2, 3, 5] { #expect(run(team(count)) == alone, "\(what) with \(count) threads") }
    }

    private func halves(_ totals: [Double]) -> [UInt32] {
        totals.flatMap { [UInt32(truncatingIfNeeded: $0.bitPattern), UInt32($0.bitPattern >> 32)] }
    }

    @Test("Batch normalisation's sums, forward and back", arguments: [(3, 5), (1000, 64), (4097, 9)])
    func batchNorm(_ rows: Int, _ channels: Int) {
        let x = TestTensor.random([rows, channels], seed: 1),
            g = TestTensor.random([rows, channels], seed: 2)
        let mean = TestTensor([channels])
        agree("sums") { team in
            var totals = [Double](repeating: 0, count: 2 * channels)
            totals.withUnsafeMutableBufferPointer {
                BatchNormalisation.sums(x.view, into: $0, scratch: Scratch(), team: team)
            }
            return halves(totals)
        }
        agree("gradient sums") { team in
            var totals = [Double](repeating: 0, count: 2 * channels)
            totals.withUnsafeMutableBufferPointer {
                BatchNormalisation.gradientSums(
                    g.view, of: (x.view, mean.view, $0), mask: .none, scratch: Scratch(), team: team)
            }
            return halves(totals)
        }
    }

    @Test(
        "Layer normalisation and the gradients of its parameters", arguments: [(3, 7), (500, 48), (40, 1024)])
    func layerNorm(_ rows: Int, _ width: Int) {
        let x = TestTensor.random([rows, width], seed: 1), g = TestTensor.random([rows, width], seed: 2)
        let weight = TestTensor.random([width], seed: 3), bias = TestTensor.random([width], seed: 4)
        agree("layer norm") { team in
            let y = TestTensor([rows, width]), moments = TestTensor([rows, 2]),
                back = TestTensor([rows, width])
            let dw = TestTensor([width]), db = TestTensor([width])
            LayerNormalisation.forward(
                x.view, weight: weight.view, bias: bias.view, into: y.view, moments: moments.view, team: team)
            LayerNormalisation.backward(
                g.view, x: x.view, weight: weight.view, moments: moments.view, into: back.view,
                weightGradient: dw.view, biasGradient: db.view, team: team)
            return [y, moments, back, dw, db].flatMap { bits($0.view) }
        }
    }

    @Test(
        "Column sums add to what is there and agree with Double", arguments: [(5, 3), (900, 33), (20_000, 2)])
    func columnSums(_ rows: Int, _ columns: Int) {
        let x = TestTensor.random([rows, columns + 2], seed: 1)
        let matrix = Matrix(x.view).columns(1..<columns + 1)
        agree("column sums") { team in
            let sums = TestTensor([columns], [Float](repeating: 4, count: columns))
            addColumnSums(matrix, to: sums.view, team: team)
            let expected = (0..<columns).map { column in
                (0..<rows).reduce(4) { $0 + Double(x.view[$1 * (columns + 2) + column + 1]) }
            }
            #expect(relativeError(sums.view.array, expected) < 1e-4)
            return bits(sums.view)
        }
    }

    @Test(
        "Sums of squares agree with Double",
        arguments: [0, 1, 7, 8, 15, 16, 1023, 1025, 16_384, 16_399, 100_003])
    func sumOfSquaresOfAnyLength(_ count: Int) {
        let x = TestTensor.random([count], seed: UInt64(count))
        let expected = x.doubles.reduce(0) { $0 + $1 * $1 }
        agree("sum of squares") { team in
            let found = sumOfSquares(x.view, team: team)
            #expect(abs(found - expected) <= 1e-6 * expected)
            return halves([found])
        }
    }

    @Test(
        "Element by element operations, on both sides of the length from which a team shares them",
        arguments: [100, 40_001])
    func elementwise(_ count: Int) {
        let a = TestTensor.random([count], seed: 1), b = TestTensor.random([count], seed: 2)
        agree("elementwise") { team in
            let sum = TestTensor([count]), x = TestTensor([count], a.view.array),
                y = TestTensor([count], b.view.array)
            add(a.view, b.view, into: sum.view, team: team)
            #expect(sum.view.array == zip(a.view.array, b.view.array).map { $0 + $1 })
            add(b.view, to: x.view, team: team)
            #expect(x.view.array == sum.view.array)
            scale(x.view, by: -3, team: team)
            #expect(x.view.array == sum.view.array.map { $0 * -3 })
            rectify(x.view, team: team)
            #expect(x.view.array == sum.view.array.map { max(0, $0 * -3) })
            maskByOutput(y.view, output: x.view, factor: 2, team: team)
            #expect(y.view.array == zip(b.view.array, x.view.array).map { $1 > 0 ? 2 * $0 : 0 })
            let result = bits(y.view)
            clear(y.view, team: team)
            #expect(y.view.array.allSatisfy { $0 == 0 })
            return result
        }
    }

    @Test("Rows are filled with one row, beside which nothing changes", arguments: [3, 9000])
    func fillRowsOfAMatrix(_ rows: Int) {
        let row = TestTensor([4], [1, 2, 3, 4]), x = TestTensor([rows, 7])
        fillRows(Matrix(x.view).columns(2..<6), with: row.view, team: team(3))
        #expect((0..<rows).allSatisfy { x.view.slice($0..<$0 + 1).array == [0, 0, 1, 2, 3, 4, 0] })
    }
}

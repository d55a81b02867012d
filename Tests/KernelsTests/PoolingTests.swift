import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Max pooling")
struct PoolingTests {
    /// A few whole numbers, so that windows hold equals.
    private func map(_ shape: [Int]) -> TestTensor {
        let random = TestTensor.random(shape, seed: 5)
        return TestTensor(shape, random.view.array.map { ($0 * 2).rounded() })
    }

    @Test(
        "Maximum and winner are those of a window's loop, the first of equals; gradients go there",
        arguments: [(1, 1), (2, 7), (5, 4), (9, 6)], [1, 5, 8, 16, 19, 64])
    func brute(_ extent: (Int, Int), _ channels: Int) {
        let (pictures, (height, width)) = (2, extent)
        let (rows, columns) = (MaxPooling.outputExtent(height), MaxPooling.outputExtent(width))
        let input = map([pictures, height, width, channels])
        let gradient = TestTensor.random([pictures, rows, columns, channels], seed: 6)
        let values = input.view.array, above = gradient.view.array
        var expected: [Float] = [], places: [UInt8] = []
        var back = [Float](repeating: 0, count: values.count)
        for picture in 0..<pictures {
            for y in 0..<rows {
                for x in 0..<columns {
                    for c in 0..<channels {
                        var best: (value: Float, place: Int, index: Int)?
                        for place in 0..<9 {
                            let (row, column) = (2 * y - 1 + place / 3, 2 * x - 1 + place % 3)
                            guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                            let index = ((picture * height + row) * width + column) * channels + c
                            if best.map({ values[index] > $0.value }) ?? true { best = (values[index], place, index) }
                        }
                        back[best!.index] += above[expected.count]
                        expected.append(best!.value)
                        places.append(UInt8(best!.place))
                    }
                }
            }
        }
        for threads in [1, 3] {
            let output = TestTensor([pictures, rows, columns, channels])
            let inputGradient = TestTensor([pictures, height, width, channels])
            var winner = [UInt8](repeating: 99, count: expected.count + 1)
            winner.withUnsafeMutableBufferPointer {
                let winner = $0.baseAddress!
                MaxPooling.forward(input.view, into: output.view, winner: winner, team: team(threads))
                MaxPooling.backward(
                    gradient.view, winner: winner, into: inputGradient.view, team: team(threads))
            }
            #expect(output.view.array == expected)
            #expect(winner == places + [99])
            #expect(relativeError(inputGradient.view.array, back.map(Double.init)) < 1e-6)
        }
    }
}

@Suite("Column pooling")
struct ColumnPoolingTests {
    @Test("Where a column's maximum is no number, its gradient stays in that column")
    func noNumber() {
        let map = TestTensor([1, 3, 2, 1], [.nan, 5, 1, 7, 2, 6]), columns = TestTensor([1, 2, 1])
        let gradient = TestTensor([1, 2, 1], [3, 4]), back = TestTensor([1, 3, 2, 1])
        ColumnPooling.maxForward(map.view, into: columns.view, team: .solo)
        ColumnPooling.maxBackward(gradient.view, map: map.view, columns: columns.view, into: back.view, team: .solo)
        #expect(columns.view.array[0].isNaN && columns.view.array[1] == 7)
        #expect(back.view.array == [0, 0, 0, 4, 3, 0])
    }
}

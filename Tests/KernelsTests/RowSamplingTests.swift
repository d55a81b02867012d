import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Rows of maps")
struct RowSamplingTests {
    @Test(
        "Every step-th row is taken, and gets its gradient alone",
        arguments: [(1, 1), (4, 2), (5, 2), (7, 3), (2, 3)])
    func brute(_ height: Int, _ step: Int) {
        let (pictures, width, channels) = (3, 4, 5), line = width * channels
        let taken = RowSampling.extent(height, step: step)
        #expect(taken == (0..<height).count { $0 % step == 0 })
        let map = TestTensor.random([pictures, height, width, channels], seed: 1)
        let above = TestTensor.random([pictures, taken, width, channels], seed: 2)
        var expected: [Float] = [], back: [Float] = []
        for picture in 0..<pictures {
            for y in 0..<height {
                let row = map.view.array[(picture * height + y) * line..<(picture * height + y + 1) * line]
                let place = (picture * taken + y / step) * line
                if y % step == 0 { expected += row }
                back += y % step == 0 ? Array(above.view.array[place..<place + line]) : Array(repeating: 0, count: line)
            }
        }
        for threads in [1, 3] {
            let rows = TestTensor([pictures, taken, width, channels])
            RowSampling.forward(map.view, step: step, into: rows.view, team: team(threads))
            #expect(rows.view.array == expected)
            let gradient = TestTensor([pictures, height, width, channels])
            gradient.view.fill(.nan)
            RowSampling.backward(above.view, step: step, into: gradient.view, team: team(threads))
            #expect(gradient.view.array == back)
        }
    }
}

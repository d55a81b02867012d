import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Convolution by overlapping rows")
struct OverlappingRowsTests {
    /// Height, width, channels in and out, kernel, strides, padding: one register, two, three; rows shorter than a tile
    /// and longer than a chunk; kernels wider than the map; no padding; a single row of outputs.
    static let shapes = [
        [24, 12, 3, 16, 7, 2, 2, 3], [13, 9, 3, 64, 7, 2, 2, 3], [8, 7, 4, 48, 3, 1, 1, 1],
        [5, 200, 1, 16, 3, 1, 1, 1],
        [9, 30, 2, 32, 5, 3, 1, 2], [2, 2, 3, 32, 5, 1, 1, 2], [11, 8, 3, 16, 4, 2, 3, 0],
        [2, 12, 3, 32, 3, 2, 1, 1],
    ]

    private func passes(_ s: [Int]) -> ConvolutionPasses {
        ConvolutionPasses(
            ConvolutionGeometry(
                inputHeight: s[0], inputWidth: s[1], inputChannels: s[2], outputChannels: s[3], kernel: s[4],
                strideHeight: s[5], strideWidth: s[6], padding: s[7]), pictures: 3)
    }

    @Test("The output has the bits of patches, the gradients agree", arguments: shapes)
    func twin(_ shape: [Int]) {
        let test = passes(shape)
        for (direct, slow) in zip(test.passes(.overlap, .solo), test.passes(.patches, .solo)) {
            if direct.0 == "output" {
                #expect(direct.1.map(\.bitPattern) == slow.1.map(\.bitPattern))
            } else {
                #expect(relativeError(direct.1, slow.1.map(Double.init)) < 2e-6, "\(direct.0)")
            }
        }
    }

    @Test("The same bits on any team", arguments: shapes)
    func teams(_ shape: [Int]) {
        let test = passes(shape)
        let alone = test.passes(.overlap, .solo)
        for threads in [2, 3, 7] {
            for (one, other) in zip(alone, test.passes(.overlap, team(threads))) {
                #expect(one.1.map(\.bitPattern) == other.1.map(\.bitPattern), "\(one.0) on \(threads) threads")
            }
        }
    }

    @Test("It is chosen for few channels in and whole registers out")
    func choice() {
        func method(_ inputs: Int, _ outputs: Int, kernel: Int = 7) -> Convolution.Method {
            let g = ConvolutionGeometry(
                inputHeight: 8, inputWidth: 8, inputChannels: inputs, outputChannels: outputs, kernel: kernel,
                strideHeight: 2, padding: kernel / 2)
            return Convolution(g, scratch: Scratch(), team: .solo).method
        }
        #expect(method(3, 64) == .overlap)
        #expect(method(3, 20) == .patches)
        #expect(method(5, 64) == .patches)
        #expect(method(3, 64, kernel: 1) == .patches)
    }
}

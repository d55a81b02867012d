import Tensors
import TestSupport
import Testing

@testable import Kernels

/// What a convolution does to its outputs while they are in registers.
@Suite("Convolution: moments and inference")
struct ConvolutionFinishTests {
    /// 1×1, 3×3 by either method, a strided one, ones whose channels fill no register; several chunks of rows, and chunks
    /// in several strips.
    static let geometries = [
        ConvolutionGeometry(inputHeight: 16, inputWidth: 12, inputChannels: 24, outputChannels: 48, kernel: 1),
        ConvolutionGeometry(
            inputHeight: 13, inputWidth: 10, inputChannels: 16, outputChannels: 32, kernel: 3, padding: 1),
        ConvolutionGeometry(
            inputHeight: 13, inputWidth: 10, inputChannels: 5, outputChannels: 7, kernel: 3, padding: 1),
        ConvolutionGeometry(
            inputHeight: 16, inputWidth: 12, inputChannels: 20, outputChannels: 40, kernel: 1, strideHeight: 2),
        ConvolutionGeometry(inputHeight: 20, inputWidth: 15, inputChannels: 1030, outputChannels: 37, kernel: 1),
    ]

    private func tensors(_ g: ConvolutionGeometry, _ pictures: Int) -> (x: TestTensor, w: TestTensor, y: TestTensor) {
        (
            .random([pictures, g.inputHeight, g.inputWidth, g.inputChannels], seed: 1, shift: 2),
            .random([g.outputChannels, g.kernel, g.kernel, g.inputChannels], seed: 2),
            TestTensor([pictures, g.outputHeight, g.outputWidth, g.outputChannels])
        )
    }

    @Test("Moments are the sums over the outputs, the same bits on any team", arguments: geometries.indices)
    func moments(_ index: Int) {
        let g = Self.geometries[index], channels = g.outputChannels
        let (x, w, y) = tensors(g, 3)
        func totals(_ team: WorkerTeam) -> [Double] {
            var totals = [Double](repeating: .nan, count: 2 * channels)
            totals.withUnsafeMutableBufferPointer {
                Convolution(g, scratch: Scratch(), team: team).forward(
                    x.view, weights: w.view, into: y.view, moments: $0)
            }
            return totals
        }
        let found = totals(.solo)
        var expected = [Double](repeating: 0, count: 2 * channels), sizes = expected
        for (place, value) in y.doubles.enumerated() {
            for (index, term) in [(place % channels, value), (channels + place % channels, value * value)] {
                expected[index] += term
                sizes[index] += abs(term)
            }
        }
        for (index, total) in found.enumerated() { #expect(abs(total - expected[index]) < 1e-6 * sizes[index]) }
        for threads in [2, 5] { #expect(totals(team(threads)) == found) }
    }

    @Test("Inference is the convolution, then factor, offset, residual and rectifier", arguments: geometries.indices)
    func inference(_ index: Int) {
        let g = Self.geometries[index], channels = g.outputChannels
        let (x, w, y) = tensors(g, 2)
        let factor = TestTensor.random([channels], seed: 5), offset = TestTensor.random([channels], seed: 6)
        let convolution = Convolution(g, scratch: Scratch(), team: team(2))
        let residual: TestTensor? = convolution.method == .winograd ? nil : .random(y.view.shape.array, seed: 7)
        convolution.forward(x.view, weights: w.view, into: y.view)
        let plain = y.doubles
        for rectified in [false, true] {
            let expected = plain.enumerated().map { place, value in
                let c = place % channels
                let normalised =
                    Double(factor.view[c]) * value + Double(offset.view[c])
                    + (residual.map { Double($0.view[place]) } ?? 0)
                return rectified ? max(0, normalised) : normalised
            }
            let result = TestTensor(y.view.shape.array)
            result.view.fill(.nan)
            convolution.infer(
                x.view, weights: w.view, factor: factor.view, offset: offset.view, residual: residual?.view,
                rectified: rectified, into: result.view)
            #expect(relativeError(result.view.array, expected) < 1e-5)
        }
    }
}

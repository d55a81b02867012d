import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Convolution")
struct ConvolutionTests {
    private struct Case {
        let geometry: ConvolutionGeometry
        let input: TestTensor, weights: TestTensor, outputGradient: TestTensor

        init(_ g: ConvolutionGeometry, pictures: Int, seed: UInt64) {
            geometry = g
            input = .random([pictures, g.inputHeight, g.inputWidth, g.inputChannels], seed: seed)
            weights = .random([g.outputChannels, g.kernel, g.kernel, g.inputChannels], seed: seed + 1)
            outputGradient = .random(
                [pictures, g.outputHeight, g.outputWidth, g.outputChannels], seed: seed + 2)
        }

        /// Every (output, weight, input) triple of flat indices that meet.
        func forEachProduct(_ body: (Int, Int, Int) -> Void) {
            let g = geometry
            for n in 0..<input.view.shape[0] {
                for y in 0..<g.outputHeight {
                    for x in 0..<g.outputWidth {
                        for ky in 0..<g.kernel {
                            for kx in 0..<g.kernel {
                                let (row, column) = (
                                    y * g.strideHeight + ky - g.padding, x * g.strideWidth + kx - g.padding
                                )
                                guard (0..<g.inputHeight).contains(row), (0..<g.inputWidth).contains(column)
                                else { continue }
                                for o in 0..<g.outputChannels {
                                    for c in 0..<g.inputChannels {
                                        body(
                                            ((n * g.outputHeight + y) * g.outputWidth + x) * g.outputChannels
                                                + o,
                                            ((o * g.kernel + ky) * g.kernel + kx) * g.inputChannels + c,
                                            ((n * g.inputHeight + row) * g.inputWidth + column)
                                                * g.inputChannels + c)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("All three passes agree with PyTorch", arguments: Fixture.cases("convolution"), [1, 3])
    func golden(_ name: String, _ threads: Int) throws {
        let fixture = try Fixture("convolution", name)
        let (input, weights) = (try fixture.tensor("input"), try fixture.shape("parameters/weight"))
        let extents = input.view.shape
        let g = ConvolutionGeometry(
            inputHeight: extents[1], inputWidth: extents[2], inputChannels: extents[3],
            outputChannels: weights[0],
            kernel: weights[2], strideHeight: try fixture.integer("stride_height"),
            strideWidth: try fixture.integer("stride_width"), padding: try fixture.integer("padding"))
        let convolution = Convolution(g, scratch: Scratch(), team: team(threads))
        let ohwi = [weights[0], weights[2], weights[3], weights[1]]
        let kernels = TestTensor(
            ohwi,
            outputHeightWidthInput(try fixture.values("parameters/weight").map { Float($0) }, shape: weights))
        let output = TestTensor(try fixture.shape("output"))
        convolution.forward(input.view, weights: kernels.view, into: output.view)
        #expect(relativeError(output.view.array, try fixture.values("output")) < 1e-5)

        let outputGradient = try fixture.tensor("output_gradient")
        let weightGradient = TestTensor(ohwi)
        weightGradient.view.fill(1)
        convolution.weightGradient(
            input.view, outputGradient: outputGradient.view, addingTo: weightGradient.view)
        let expected = outputHeightWidthInput(try fixture.values("gradients/weight"), shape: weights).map {
            $0 + 1
        }
        #expect(relativeError(weightGradient.view.array, expected) < 1e-5)

        guard g.kernel == 1 || (g.strideHeight, g.strideWidth) == (1, 1) else { return }
        let inputGradient = TestTensor(extents.array)
        inputGradient.view.fill(7)
        convolution.inputGradient(outputGradient.view, weights: kernels.view, into: inputGradient.view)
        let wanted = try fixture.values("input_gradient")
        #expect(relativeError(inputGradient.view.array, wanted) < 1e-5)
        if g.kernel == 1 {
            convolution.inputGradient(
                outputGradient.view, weights: kernels.view, into: inputGradient.view, adding: true)
            #expect(relativeError(inputGradient.view.array, wanted.map { 2 * $0 }) < 1e-5)
        }
    }

    static let geometries = [
        ConvolutionGeometry(inputHeight: 9, inputWidth: 8, inputChannels: 33, outputChannels: 40, kernel: 1),
        ConvolutionGeometry(
            inputHeight: 9, inputWidth: 8, inputChannels: 33, outputChannels: 17, kernel: 1, strideHeight: 2),
        ConvolutionGeometry(
            inputHeight: 7, inputWidth: 9, inputChannels: 5, outputChannels: 6, kernel: 1, strideHeight: 2,
            strideWidth: 3),
        ConvolutionGeometry(
            inputHeight: 7, inputWidth: 6, inputChannels: 20, outputChannels: 24, kernel: 3, padding: 1),
        ConvolutionGeometry(inputHeight: 7, inputWidth: 6, inputChannels: 3, outputChannels: 4, kernel: 3),
        ConvolutionGeometry(
            inputHeight: 5, inputWidth: 3, inputChannels: 4, outputChannels: 3, kernel: 5, padding: 2),
        ConvolutionGeometry(
            inputHeight: 11, inputWidth: 10, inputChannels: 3, outputChannels: 8, kernel: 7, strideHeight: 2,
            strideWidth: 2, padding: 3),
        ConvolutionGeometry(
            inputHeight: 9, inputWidth: 6, inputChannels: 20, outputChannels: 24, kernel: 3, strideHeight: 2, padding: 1
        ),
        ConvolutionGeometry(
            inputHeight: 8, inputWidth: 7, inputChannels: 5, outputChannels: 6, kernel: 3, strideHeight: 2,
            strideWidth: 3, padding: 1),
        // By overlapping rows: narrow, wide and narrow, rows cut by chunks, one channel.
        ConvolutionGeometry(
            inputHeight: 26, inputWidth: 31, inputChannels: 3, outputChannels: 16, kernel: 7, strideHeight: 2,
            strideWidth: 2, padding: 3),
        ConvolutionGeometry(
            inputHeight: 9, inputWidth: 10, inputChannels: 4, outputChannels: 48, kernel: 3, strideHeight: 2,
            padding: 1),
        ConvolutionGeometry(
            inputHeight: 5, inputWidth: 2, inputChannels: 1, outputChannels: 32, kernel: 5, strideWidth: 3, padding: 2),
        // The kernel is wider than the map: most patches are borders.
        ConvolutionGeometry(
            inputHeight: 2, inputWidth: 2, inputChannels: 4, outputChannels: 3, kernel: 5, padding: 2),
        ConvolutionGeometry(
            inputHeight: 1, inputWidth: 1, inputChannels: 3, outputChannels: 5, kernel: 3, padding: 1),
    ]

    @Test(
        "All three passes agree with sums over every product, whatever the batch and the team",
        arguments: geometries.indices, [1, 2, 5])
    func bruteForce(_ index: Int, _ pictures: Int) {
        let g = Self.geometries[index]
        let test = Case(g, pictures: pictures, seed: UInt64(100 * index + pictures))
        var output = [Double](repeating: 0, count: test.outputGradient.view.count)
        var weightGradient = [Double](repeating: 0.5, count: test.weights.view.count)
        var inputGradient = [Double](repeating: 0, count: test.input.view.count)
        let (x, w, dy) = (test.input.doubles, test.weights.doubles, test.outputGradient.doubles)
        test.forEachProduct { o, k, i in
            output[o] += x[i] * w[k]
            weightGradient[k] += x[i] * dy[o]
            inputGradient[i] += w[k] * dy[o]
        }
        for threads in [1, 3] {
            let scratch = Scratch()
            let convolution = Convolution(g, scratch: scratch, team: team(threads))
            let found = TestTensor(test.outputGradient.view.shape.array)
            found.view.fill(.nan)
            convolution.forward(test.input.view, weights: test.weights.view, into: found.view)
            #expect(relativeError(found.view.array, output) < 1e-5, "forward, \(threads) threads")
            let gradient = TestTensor(test.weights.view.shape.array)
            gradient.view.fill(0.5)
            convolution.weightGradient(
                test.input.view, outputGradient: test.outputGradient.view, addingTo: gradient.view)
            #expect(relativeError(gradient.view.array, weightGradient) < 1e-5, "weights, \(threads) threads")
            let back = TestTensor(test.input.view.shape.array)
            back.view.fill(.nan)
            convolution.inputGradient(test.outputGradient.view, weights: test.weights.view, into: back.view)
            #expect(relativeError(back.view.array, inputGradient) < 1e-5, "input, \(threads) threads")
        }
    }

    /// A block of patches holds about 2¹⁸ floats: this map needs several, of which the last is shorter.
    @Test("Maps of several patch blocks", arguments: [1, 3])
    func severalBlocks(_ threads: Int) {
        let g = ConvolutionGeometry(
            inputHeight: 67, inputWidth: 16, inputChannels: 64, outputChannels: 2, kernel: 3, padding: 1)
        let test = Case(g, pictures: 3, seed: 77)
        var output = [Double](repeating: 0, count: test.outputGradient.view.count)
        var weightGradient = [Double](repeating: 0, count: test.weights.view.count)
        let (x, w, dy) = (test.input.doubles, test.weights.doubles, test.outputGradient.doubles)
        test.forEachProduct { o, k, i in
            output[o] += x[i] * w[k]
            weightGradient[k] += x[i] * dy[o]
        }
        let convolution = Convolution(g, scratch: Scratch(), team: team(threads))
        let found = TestTensor(test.outputGradient.view.shape.array)
        convolution.forward(test.input.view, weights: test.weights.view, into: found.view)
        #expect(relativeError(found.view.array, output) < 1e-5)
        let gradient = TestTensor(test.weights.view.shape.array)
        convolution.weightGradient(
            test.input.view, outputGradient: test.outputGradient.view, addingTo: gradient.view)
        #expect(relativeError(gradient.view.array, weightGradient) < 1e-5)
    }

    @Test("A geometry's extents, and its count of multiply-adds by counting them")
    func geometry() {
        let stem = ConvolutionGeometry(
            inputHeight: 224, inputWidth: 112, inputChannels: 3, outputChannels: 64, kernel: 7,
            strideHeight: 2,
            strideWidth: 2, padding: 3)
        #expect((stem.outputHeight, stem.outputWidth, stem.patch) == (112, 56, 147))
        #expect(stem.multiplyAdds == 112 * 56 * 64 * 147)
        let plain = Case(Self.geometries[4], pictures: 1, seed: 1)
        var products = 0
        plain.forEachProduct { _, _, _ in products += 1 }
        #expect(products == plain.geometry.multiplyAdds)
    }
}

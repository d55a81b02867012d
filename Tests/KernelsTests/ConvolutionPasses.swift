import Kernels
import Tensors
import TestSupport

/// A convolution with random input, weights and output gradient, to be run by several methods and teams.
struct ConvolutionPasses {
    let geometry: ConvolutionGeometry
    let input: TestTensor, weights: TestTensor, outputGradient: TestTensor

    init(_ g: ConvolutionGeometry, pictures: Int) {
        geometry = g
        input = .random([pictures, g.inputHeight, g.inputWidth, g.inputChannels], seed: 1)
        weights = .random([g.outputChannels, g.kernel, g.kernel, g.inputChannels], seed: 2)
        outputGradient = .random([pictures, g.outputHeight, g.outputWidth, g.outputChannels], seed: 3)
    }

    /// Output, weight gradient, the same added to 0.5, input gradient, moments.
    func passes(_ method: Convolution.Method, _ team: WorkerTeam) -> [(String, [Float])] {
        // What earlier calls left in the scratch memory must not show.
        let scratch = Scratch()
        scratch.with(Shape(1 << 20)) { $0.fill(.nan) }
        let convolution = Convolution(geometry, method: method, scratch: scratch, team: team)
        let y = TestTensor(outputGradient.view.shape.array), dx = TestTensor(input.view.shape.array)
        let dw = TestTensor(weights.view.shape.array), sum = TestTensor(weights.view.shape.array)
        var moments = [Double](repeating: 0, count: 2 * geometry.outputChannels)
        for tensor in [y, dx, dw] { tensor.view.fill(.nan) }
        sum.view.fill(0.5)
        moments.withUnsafeMutableBufferPointer {
            convolution.forward(input.view, weights: weights.view, into: y.view, moments: $0)
        }
        convolution.backward(
            input.view, weights: weights.view, outputGradient: outputGradient.view, weightGradient: dw.view,
            into: dx.view)
        convolution.weightGradient(input.view, outputGradient: outputGradient.view, addingTo: sum.view)
        return [
            ("output", y.view.array), ("weights", dw.view.array), ("sum", sum.view.array),
            ("input", dx.view.array), ("moments", moments.map { Float($0) }),
        ]
    }
}

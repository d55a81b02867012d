public import Tensors

/// The three passes of a convolution, as matrix products on NHWC maps.
///
/// Shapes: input [N, H, W, C], weights [O, k, k, C], output [N, H', W', O].
public struct Convolution {
    /// The extents.
    public let geometry: ConvolutionGeometry

    private let scratch: Scratch
    private let team: WorkerTeam

    /// Patches are gathered in blocks of about this many floats a thread (1 MB): they stay in the second-level cache.
    private static let blockFloats = 1 << 18

    /// A convolution that works in `scratch` with the threads of `team`.
    public init(_ geometry: ConvolutionGeometry, scratch: Scratch, team: WorkerTeam) {
        (self.geometry, self.scratch, self.team) = (geometry, scratch, team)
    }

    /// output = input ∗ weights.
    public func forward(_ input: Tensor, weights: Tensor, into output: Tensor) {
        let pictures = input.shape[0]
        let pixels = Matrix(
            output.pointer, rows: pictures * geometry.outputPixels, columns: geometry.outputChannels,
            stride: geometry.outputChannels)
        let kernels = weightMatrix(weights).transposed
        if geometry.isPlainProduct {
            multiply(inputMatrix(input, pictures), kernels, into: pixels, team: team)
        } else if geometry.kernel == 1 {
            withSeenPixels(of: input) { multiply($0, kernels, into: pixels, team: team) }
        } else {
            forwardByPatches(input, kernels, pixels)
        }
    }

    /// weightGradient += output gradient ∗ input.
    public func weightGradient(_ input: Tensor, outputGradient: Tensor, addingTo weightGradient: Tensor) {
        let pictures = input.shape[0]
        let pixels = Matrix(
            outputGradient.pointer, rows: pictures * geometry.outputPixels, columns: geometry.outputChannels,
            stride: geometry.outputChannels)
        let gradient = weightMatrix(weightGradient)
        if geometry.isPlainProduct {
            multiply(
                pixels.transposed, inputMatrix(input, pictures), into: gradient, adding: true, team: team)
        } else if geometry.kernel == 1 {
            withSeenPixels(of: input) {
                multiply(pixels.transposed, $0, into: gradient, adding: true, team: team)
            }
        } else {
            let lines = pictures * geometry.outputHeight
            let block = rowsPerBlock(floats: 4 * Self.blockFloats)
            scratch.with(Shape(block * geometry.outputWidth, geometry.patch)) { patches in
                for first in stride(from: 0, to: lines, by: block) {
                    let count = min(block, lines - first)
                    team.ranges(count) { range in
                        geometry.gatherPatches(
                            input.pointer, rows: first + range.lowerBound..<first + range.upperBound,
                            into: patches.pointer + range.lowerBound * geometry.outputWidth * geometry.patch)
                    }
                    let seen = first * geometry.outputWidth..<(first + count) * geometry.outputWidth
                    multiply(
                        pixels.rows(seen).transposed, Matrix(patches.prefix(seen.count)), into: gradient,
                        adding: true, team: team)
                }
            }
        }
    }

    /// inputGradient = weightsᵗ ∗ output gradient, or += where `adding`.
    ///
    /// For 1×1 kernels of any stride, and larger ones of stride 1: no layer of a ResNet-v1 needs others.
    public func inputGradient(
        _ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor, adding: Bool = false
    ) {
        let pictures = outputGradient.shape[0]
        let pixels = Matrix(
            outputGradient.pointer, rows: pictures * geometry.outputPixels, columns: geometry.outputChannels,
            stride: geometry.outputChannels)
        if geometry.isPlainProduct {
            multiply(
                pixels, weightMatrix(weights), into: inputMatrix(inputGradient, pictures), adding: adding,
                team: team)
        } else if geometry.kernel == 1 {
            scratch.with(Shape(pixels.rows, geometry.inputChannels)) { seen in
                multiply(pixels, weightMatrix(weights), into: Matrix(seen), team: team)
                if !adding { clear(inputGradient, team: team) }
                team.ranges(pictures * geometry.outputHeight) {
                    geometry.movePixels(inputGradient.pointer, seen.pointer, rows: $0, addingBack: true)
                }
            }
        } else {
            precondition(!adding, "only 1×1 kernels add to a gradient")
            let back = Convolution(geometry.transposed, scratch: scratch, team: team)
            scratch.with(weights.shape) { turned in
                turnWeights(weights, into: turned)
                back.forward(outputGradient, weights: turned, into: inputGradient)
            }
        }
    }

    private func forwardByPatches(_ input: Tensor, _ kernels: Operand, _ pixels: Matrix) {
        let lines = input.shape[0] * geometry.outputHeight
        let block = rowsPerBlock(floats: Self.blockFloats)
        scratch.with(Shape(team.count, block * geometry.outputWidth * geometry.patch)) { patches in
            team.parallel { thread in
                let mine = patches.pointer + thread * patches.shape[1]
                let first = lines * thread / team.count, end = lines * (thread + 1) / team.count
                for line in stride(from: first, to: end, by: block) {
                    let count = min(block, end - line)
                    geometry.gatherPatches(input.pointer, rows: line..<line + count, into: mine)
                    multiply(
                        Matrix(
                            mine, rows: count * geometry.outputWidth, columns: geometry.patch,
                            stride: geometry.patch), kernels,
                        into: pixels.rows(line * geometry.outputWidth..<(line + count) * geometry.outputWidth),
                        team: .solo)
                }
            }
        }
    }

    /// weights [O, k, k, C] → [C, k, k, O] with both kernel axes reversed.
    private func turnWeights(_ weights: Tensor, into turned: Tensor) {
        let (places, channels) = (geometry.kernel * geometry.kernel, geometry.inputChannels)
        let outputs = geometry.outputChannels
        team.ranges(channels) { range in
            for channel in range {
                for place in 0..<places {
                    let line = turned.pointer + (channel * places + place) * outputs
                    let source = weights.pointer + (places - 1 - place) * channels + channel
                    for output in 0..<outputs { line[output] = source[output * places * channels] }
                }
            }
        }
    }

    private func withSeenPixels(of input: Tensor, _ body: (Matrix) -> Void) {
        let lines = input.shape[0] * geometry.outputHeight
        scratch.with(Shape(lines * geometry.outputWidth, geometry.inputChannels)) { seen in
            team.ranges(lines) {
                geometry.movePixels(input.pointer, seen.pointer, rows: $0, addingBack: false)
            }
            body(Matrix(seen))
        }
    }

    private func rowsPerBlock(floats: Int) -> Int { max(1, floats / (geometry.outputWidth * geometry.patch)) }

    private func inputMatrix(_ input: Tensor, _ pictures: Int) -> Matrix {
        Matrix(
            input.pointer, rows: pictures * geometry.inputPixels, columns: geometry.inputChannels,
            stride: geometry.inputChannels)
    }

    private func weightMatrix(_ weights: Tensor) -> Matrix {
        Matrix(weights.pointer, rows: geometry.outputChannels, columns: geometry.patch, stride: geometry.patch)
    }
}

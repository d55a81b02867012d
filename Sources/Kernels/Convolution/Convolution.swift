public import Tensors

/// The three passes of a convolution on NHWC maps.
///
/// 3×3 kernels of stride 1 go by Winograd's minimal filtering, those of few input channels by overlapping rows; all others
/// are products of patches and weights on register tiles, and patches are made a few rows at a time, never as a whole.
///
/// Shapes: input [N, H, W, C], weights [O, k, k, C], output [N, H', W', O].
public struct Convolution {
    /// The extents.
    public let geometry: ConvolutionGeometry

    /// How the passes are computed.
    public let method: Method

    private let scratch: Scratch
    private let team: WorkerTeam

    /// A way to compute a convolution.
    public enum Method: String, Sendable, CaseIterable {
        /// Products of patches and weights.
        case patches

        /// F(6×6, 3×3), F(4×4, 3×3) and between: for 3×3 kernels of stride 1 and padding 1, and channels that fill registers.
        case winograd

        /// Products with the rows of the input where they lie: for few input channels.
        case overlap
    }

    /// A convolution that works in `scratch` with the threads of `team`, by the faster method unless told.
    public init(_ geometry: ConvolutionGeometry, method: Method? = nil, scratch: Scratch, team: WorkerTeam) {
        let methods = Self.methods(for: geometry)
        precondition(method.map(methods.contains) ?? true, "\(method!) for \(geometry)")
        self.method = method ?? methods.last!
        (self.geometry, self.scratch, self.team) = (geometry, scratch, team)
    }

    /// The methods that can compute a convolution of `geometry`, the fastest last.
    public static func methods(for geometry: ConvolutionGeometry) -> [Method] {
        if Winograd.fits(geometry) { return [.patches, .winograd] }
        return OverlappingRows.fits(geometry) ? [.patches, .overlap] : [.patches]
    }

    /// output = input ∗ weights; `moments`, where given, becomes [Σy…, Σy²…] of each output channel.
    public func forward(_ input: Tensor, weights: Tensor, into output: Tensor, moments: ChannelTotals? = nil) {
        let counts = moments == nil ? [] : summedPixels(input.shape[0])
        scratch.with(Shape(max(1, 3 * counts.count), geometry.outputChannels)) { sums in
            var result = TileOutput(
                base: output.pointer, stride: geometry.outputChannels, columns: geometry.outputChannels)
            result.sums = moments == nil ? nil : sums.pointer
            run(input, weights, result)
            if let moments { ChannelSums.totals(of: sums, counts: counts, into: moments) }
        }
    }

    /// output = [max(0, ·)](factor·(input ∗ weights) + offset [+ residual]): a convolution with a batch normalisation of
    /// fixed statistics, in one pass. `factor` and `offset` have a value a channel.
    public func infer(
        _ input: Tensor, weights: Tensor, factor: Tensor, offset: Tensor, residual: Tensor?, rectified: Bool,
        into output: Tensor
    ) {
        let channels = geometry.outputChannels
        precondition(
            factor.count == channels && offset.count == channels && (residual?.count ?? output.count) == output.count,
            "\(channels) channels inferred with \(factor.count) factors and \(offset.count) offsets")
        precondition(
            method != .winograd || residual == nil, "a residual behind Winograd's convolution: no layer needs it")
        var result = TileOutput(base: output.pointer, stride: channels, columns: channels)
        (result.factor, result.bias) = (factor.pointer, offset.pointer)
        (result.residual, result.rectified) = (residual?.pointer, rectified)
        run(input, weights, result)
    }

    private func run(_ input: Tensor, _ weights: Tensor, _ output: TileOutput) {
        switch method {
        case .winograd: winograd.forward(input, weights: weights, output)
        case .overlap: overlap.forward(input, weightMatrix(weights), output)
        case .patches: product.multiply(geometry.patches(of: input), weightMatrix(weights).transposed, output)
        }
    }

    /// weightGradient = output gradient ∗ input; inputGradient, where given, = weightsᵗ ∗ output gradient, or += where
    /// `adding`.
    public func backward(
        _ input: Tensor, weights: Tensor, outputGradient: Tensor, weightGradient: Tensor, into inputGradient: Tensor?,
        adding: Bool = false
    ) {
        if method == .winograd && !adding {
            winograd.backward(
                input, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient, adding: false,
                into: inputGradient)
        } else {
            makeWeightGradient(input, outputGradient: outputGradient, into: weightGradient, adding: false)
            if let inputGradient {
                self.inputGradient(outputGradient, weights: weights, into: inputGradient, adding: adding)
            }
        }
    }

    /// weightGradient += output gradient ∗ input.
    public func weightGradient(_ input: Tensor, outputGradient: Tensor, addingTo weightGradient: Tensor) {
        makeWeightGradient(input, outputGradient: outputGradient, into: weightGradient, adding: true)
    }

    private func makeWeightGradient(
        _ input: Tensor, outputGradient: Tensor, into weightGradient: Tensor, adding: Bool
    ) {
        if method == .winograd {
            winograd.backward(
                input, weights: nil, outputGradient: outputGradient, weightGradient: weightGradient, adding: adding,
                into: nil)
        } else if method == .overlap {
            overlap.weightGradient(input, outputGradient, into: weightMatrix(weightGradient), adding: adding)
        } else {
            TransposedProduct(scratch: scratch, team: team).multiply(
                pixels(outputGradient), geometry.patches(of: input), into: weightMatrix(weightGradient), adding: adding)
        }
    }

    /// inputGradient = weightsᵗ ∗ output gradient, or += where `adding`.
    ///
    /// For 1×1 kernels of any stride; larger ones add to no gradient. With a stride, the output's gradient is spread over
    /// the places that a stride of 1 would have, with zeros between.
    public func inputGradient(
        _ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor, adding: Bool = false
    ) {
        let pictures = outputGradient.shape[0]
        let pixels = TileProduct.LeftRows(pixels(outputGradient)).ofPictures(geometry.outputPixels)
        if geometry.isPlainProduct {
            let output = TileOutput(
                base: inputGradient.pointer, stride: geometry.inputChannels, columns: geometry.inputChannels,
                adding: adding)
            product.multiply(pixels, Operand(weightMatrix(weights)), output)
        } else if geometry.kernel == 1 {
            scratch.with(Shape(pixels.count, geometry.inputChannels)) { seen in
                let output = TileOutput(
                    base: seen.pointer, stride: geometry.inputChannels, columns: geometry.inputChannels)
                product.multiply(pixels, Operand(weightMatrix(weights)), output)
                if !adding { clear(inputGradient, team: team) }
                team.ranges(pictures * geometry.outputHeight) {
                    geometry.addToSeenPixels(inputGradient.pointer, seen.pointer, rows: $0)
                }
            }
        } else if method == .winograd {
            precondition(!adding, "only 1×1 kernels add to a gradient")
            winograd.inputGradient(outputGradient, weights: weights, into: inputGradient)
        } else {
            precondition(!adding, "only 1×1 kernels add to a gradient")
            guard geometry.strideHeight == 1, geometry.strideWidth == 1 else {
                return strided(outputGradient, weights: weights, into: inputGradient)
            }
            let back = Convolution(geometry.transposed, method: .patches, scratch: scratch, team: team)
            scratch.with(weights.shape) { turned in
                turnWeights(weights, into: turned)
                back.forward(outputGradient, weights: turned, into: inputGradient)
            }
        }
    }

    /// The input's gradient of a stride above 1, by a convolution of stride 1.
    private func strided(_ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor) {
        let g = geometry
        let dense = ConvolutionGeometry(
            inputHeight: g.inputHeight, inputWidth: g.inputWidth, inputChannels: g.inputChannels,
            outputChannels: g.outputChannels, kernel: g.kernel, padding: g.padding)
        let pictures = outputGradient.shape[0]
        scratch.with(Shape(pictures, dense.outputHeight, dense.outputWidth, g.outputChannels)) { spread in
            clear(spread, team: team)
            team.ranges(pictures * g.outputHeight) { range in
                for row in range {
                    let (picture, y) = row.quotientAndRemainder(dividingBy: g.outputHeight)
                    let first = (picture * dense.outputHeight + y * g.strideHeight) * dense.outputWidth
                    for x in 0..<g.outputWidth {
                        (spread.pointer + (first + x * g.strideWidth) * g.outputChannels).update(
                            from: outputGradient.pointer + (row * g.outputWidth + x) * g.outputChannels,
                            count: g.outputChannels)
                    }
                }
            }
            Convolution(dense, scratch: scratch, team: team).inputGradient(
                spread, weights: weights, into: inputGradient)
        }
    }

    private var winograd: Winograd { Winograd(geometry: geometry, scratch: scratch, team: team) }

    private var overlap: OverlappingRows { OverlappingRows(geometry: geometry, scratch: scratch, team: team) }

    private var product: TileProduct { TileProduct(scratch: scratch, team: team) }

    /// Outputs of a channel over which each group of sums runs.
    private func summedPixels(_ pictures: Int) -> [Int] {
        if method == .winograd { return winograd.summedPixels(pictures) }
        let (rows, chunk) = (pictures * geometry.outputPixels, TileProduct.chunkRows)
        return stride(from: 0, to: rows, by: chunk).map { min(chunk, rows - $0) }
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

    private func pixels(_ output: Tensor) -> Matrix {
        Matrix(
            output.pointer, rows: output.shape[0] * geometry.outputPixels, columns: geometry.outputChannels,
            stride: geometry.outputChannels)
    }

    private func weightMatrix(_ weights: Tensor) -> Matrix {
        Matrix(weights.pointer, rows: geometry.outputChannels, columns: geometry.patch, stride: geometry.patch)
    }
}

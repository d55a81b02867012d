internal import Kernels
internal import Tensors

/// A 1×1 convolution before a batch normalisation whose output is read in every `step`-th row alone: those are made, of the
/// others only what the normalisation has to know of them (`UnreadRows`).
///
/// Shapes: x [N, H, W, C], W [O, C], what is made [N, ⌈H / step⌉, W, O].
final class SampledConvolution: BlockConvolution {
    private let convolution: Convolution
    private let unread: UnreadRows
    private let step: Int
    private let context: LayerContext
    private let seen: Slot, centred: Slot, mean: Slot, products: Slot, outputMean: Slot

    /// A convolution of `geometry`, 1×1 with stride 1, as far as it is seen.
    init(_ geometry: ConvolutionGeometry, step: Int, _ context: LayerContext) {
        precondition(
            geometry.kernel == 1 && geometry.strideHeight == 1 && geometry.strideWidth == 1 && geometry.padding == 0,
            "rows of a \(geometry.kernel)×\(geometry.kernel) convolution left out")
        let (height, width) = (geometry.inputHeight, geometry.inputWidth)
        let (channels, outputs) = (geometry.inputChannels, geometry.outputChannels)
        let taken = RowSampling.extent(height, step: step)
        convolution = Convolution(
            ConvolutionGeometry(
                inputHeight: taken, inputWidth: width, inputChannels: channels, outputChannels: outputs, kernel: 1),
            scratch: context.scratch, team: context.team)
        unread = UnreadRows(step: step, scratch: context.scratch, team: context.team)
        seen = context.activation(taken, width, channels)
        centred = context.activation(height - taken, width, channels)
        mean = context.activations.reserve(Shape(channels))
        products = context.activations.reserve(Shape(outputs, channels))
        outputMean = context.activations.reserve(Shape(outputs))
        (self.step, self.context) = (step, context)
    }

    func forward(_ input: Tensor, weights: Tensor, into output: Tensor, moments: ChannelTotals?) {
        let rows = seen.prefix(input.shape[0])
        RowSampling.forward(input, step: step, into: rows, team: context.team)
        convolution.forward(rows, weights: weights, into: output, moments: moments)
        guard let moments else { return }
        unread.addTotals(input, weights: weights, keeping: kept(input.shape[0]), to: moments)
    }

    func infer(
        _ input: Tensor, weights: Tensor, factor: Tensor, offset: Tensor, residual: Tensor?, rectified: Bool,
        into output: Tensor
    ) {
        context.scratch.with(seen.shape.withFirst(input.shape[0])) { rows in
            RowSampling.forward(input, step: step, into: rows, team: context.team)
            convolution.infer(
                rows, weights: weights, factor: factor, offset: offset, residual: residual, rectified: rectified,
                into: output)
        }
    }

    func backward(
        _ input: Tensor, weights: Tensor, outputGradient: Tensor, behind norm: BatchNorm, weightGradient: Tensor,
        into inputGradient: Tensor?, adding: Bool
    ) {
        let pictures = input.shape[0], kept = kept(pictures), rows = seen.prefix(pictures)
        let outputs = Shape(outputMean.shape.count)
        context.scratch.with(outputs, outputs) { factor, offset in
            norm.takeGradientOfUnread(factor: factor, offset: offset)
            context.scratch.with(rows.shape, centred.shape.withFirst(pictures)) { seenGradient, unreadGradient in
                convolution.backward(
                    rows, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient,
                    into: inputGradient.map { _ in seenGradient })
                unread.addGradients(
                    factor: factor, offset: offset, weights: weights, kept, to: weightGradient,
                    into: inputGradient.map { _ in unreadGradient })
                guard let inputGradient else { return }
                RowSampling.join(
                    seenGradient, unreadGradient, step: step, into: inputGradient, adding: adding, team: context.team)
            }
        }
    }

    private func kept(_ pictures: Int) -> UnreadRows.Kept {
        UnreadRows.Kept(
            centred: centred.prefix(pictures), mean: mean.tensor, products: products.tensor,
            outputMean: outputMean.tensor)
    }
}

public import Kernels
public import Tensors

/// Convolution, batch normalisation, an optional residual and an optional rectifier: the unit of a residual network.
///
/// y = [max(0, ·)](BN(x ∗ W) + residual). Shapes: x [N, H, W, C], W [O, k, k, C], y and residual [N, H′, W′, O].
///
/// Where only every `rowStep`-th row of y is read, H′ counts these: the others are not made, but are normalised with.
public final class ConvolutionBlock: Layer {
    private let name: String
    private let weight: Parameter
    private let norm: BatchNorm
    private let convolution: any BlockConvolution
    private let rectified: Bool
    private let context: LayerContext
    private let z: Slot
    private let output: Slot
    private var input: Tensor?
    private var shortcut: Shortcut?

    /// What a block adds before its rectifier.
    public enum Shortcut {
        /// A map as it is.
        case map(Tensor)

        /// What the convolution of another block made, normalised as that block says: it is nowhere written.
        case projection(ConvolutionBlock)
    }

    /// The extents of the convolution.
    public let geometry: ConvolutionGeometry

    /// A block whose convolution and normalisation carry PyTorch's names. `rowStep` above 1 is for 1×1 convolutions of stride 1.
    public init(
        _ name: String, norm normName: String, _ geometry: ConvolutionGeometry, rectified: Bool, rowStep: Int = 1,
        _ context: LayerContext
    ) {
        let (outputs, kernel) = (geometry.outputChannels, geometry.kernel)
        weight = context.parameters.add(
            "\(name).weight", Shape(outputs, kernel, kernel, geometry.inputChannels), .weight,
            .heFanOut(kernel: kernel, outputs: outputs), layout: .ohwi)
        norm = BatchNorm(normName, channels: outputs, context)
        convolution =
            rowStep == 1
            ? Convolution(geometry, scratch: context.scratch, team: context.team)
            : SampledConvolution(geometry, step: rowStep, context)
        let rows = RowSampling.extent(geometry.outputHeight, step: rowStep)
        z = context.activation(rows, geometry.outputWidth, outputs)
        output = context.activation(rows, geometry.outputWidth, outputs)
        (self.name, self.geometry, self.rectified, self.context) = (name, geometry, rectified, context)
    }

    /// Extents of the output for `pictures` pictures.
    public func outputShape(_ pictures: Int) -> Shape { output.shape.withFirst(pictures) }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        guard !pass.isTraining else { return forward(input, adding: nil, pass) }
        let y = output.prefix(input.shape[0])
        infer(input, into: y)
        return y
    }

    /// The block's output in training, `shortcut` added before the rectifier. A projection's `project` must have run.
    public func forward(_ input: Tensor, adding shortcut: Shortcut?, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let z = multiply(input, pass), y = output.prefix(input.shape[0])
        let rows = input.shape[0] * geometry.outputPixels
        self.shortcut = shortcut
        switch shortcut {
        case nil: norm.forward(z, residual: nil, rectified: rectified, into: y, totalRows: rows, pass)
        case .map(let map):
            let residual = NormalisedResidual(map)
            norm.forward(z, residual: residual, rectified: rectified, into: y, totalRows: rows, pass)
        case .projection(let other):
            norm.forward(
                z, adding: other.z(like: z), by: other.norm, rectified: rectified, into: y, totalRows: rows, pass)
        }
        return y
    }

    /// Makes in training x ∗ W [N, H′, W′, O], which the block that has this one as its projection normalises and adds.
    public func project(_ input: Tensor, _ pass: Pass) {
        precondition(!rectified, "\(name): a rectified shortcut")
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        _ = multiply(input, pass)
    }

    /// What the convolution made in this pass for as many pictures as `map` has.
    private func z(like map: Tensor) -> Tensor {
        precondition(input?.shape[0] == map.shape[0], "\(name): no projection of \(map.shape)")
        return z.prefix(map.shape[0])
    }

    /// x ∗ W, with its moments.
    private func multiply(_ input: Tensor, _ pass: Pass) -> Tensor {
        precondition(pass.isTraining, "\(name): inference keeps no product")
        self.input = input
        let z = z.prefix(input.shape[0])
        convolution.forward(input, weights: weight.values, into: z, moments: norm.channelTotals)
        return z
    }

    /// output = the block's output in inference; the residual's memory may be the output's.
    public func infer(_ input: Tensor, residual: Tensor? = nil, into output: Tensor) {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let (factor, offset) = norm.runningAffine()
        convolution.infer(
            input, weights: weight.values, factor: factor, offset: offset, residual: residual, rectified: rectified,
            into: output)
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        backward(outputGradient, into: inputGradient, adding: false, pass)
    }

    /// As `backward`; adds to the input's gradient where `adding`. Leaves the shortcut's gradient in `outputGradient`, that of a
    /// projection's product for its `backwardProjection`; without a shortcut its content is lost, since the product's gradient is
    /// made there, in lines that the caches hold already.
    public func backward(
        _ outputGradient: Tensor, into inputGradient: Tensor?, adding: Bool, _ pass: Pass
    ) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input, pass.isTraining else { preconditionFailure("\(name): backward without forward in training") }
        let z = z.prefix(input.shape[0])
        guard let shortcut else {
            precondition(
                inputGradient?.pointer != outputGradient.pointer,
                "\(name): the input's gradient needs another place than the output's")
            let gradient = Tensor(outputGradient.pointer, z.shape)
            norm.backward(outputGradient, x: z, rectified: rectified, into: gradient, pass)
            return backwardProduct(gradient, into: inputGradient, adding: adding)
        }
        var other: (BatchNorm, Tensor)?
        if case .projection(let block) = shortcut { other = (block.norm, block.z(like: z)) }
        context.scratch.with(z.shape) { gradient in
            norm.backward(
                outputGradient, x: z, rectified: rectified, residualOutput: output.prefix(input.shape[0]),
                into: gradient, and: other, pass)
            backwardProduct(gradient, into: inputGradient, adding: adding)
        }
    }

    /// Carries back the gradient [N, H′, W′, O] that the block with this one as its projection has left in `productGradient`; adds
    /// to the input's [N, H, W, C] where `adding`.
    public func backwardProjection(_ productGradient: Tensor, into inputGradient: Tensor?, adding: Bool) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        backwardProduct(productGradient, into: inputGradient, adding: adding)
    }

    /// Carries the gradient of x ∗ W back.
    private func backwardProduct(_ gradient: Tensor, into inputGradient: Tensor?, adding: Bool) {
        guard let input else { preconditionFailure("\(name): backward without forward") }
        convolution.backward(
            input, weights: weight.values, outputGradient: gradient, behind: norm, weightGradient: weight.gradient,
            into: inputGradient, adding: adding)
        context.parameters.finish(
            weight.range.lowerBound..<(norm.range?.upperBound ?? weight.range.upperBound))
    }

    public var summary: [LayerSummary] {
        let g = geometry
        let stride = g.strideHeight * g.strideWidth == 1 ? "" : ", stride (\(g.strideHeight),\(g.strideWidth))"
        return [
            LayerSummary(
                name: name, kind: "conv \(g.kernel)×\(g.kernel)\(stride), BN\(rectified ? ", ReLU" : "")",
                output: [g.outputHeight, g.outputWidth, g.outputChannels],
                parameters: weight.shape.count + norm.parameterCount, multiplyAdds: g.multiplyAdds)
        ]
    }
}

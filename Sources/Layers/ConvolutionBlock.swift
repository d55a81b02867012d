public import Kernels
public import Tensors

/// Convolution, batch normalisation, an optional residual and an optional rectifier: the unit of a residual network.
///
/// y = [max(0, ·)](BN(x ∗ W) + residual). Shapes: x [N, H, W, C], W [O, k, k, C], y and residual [N, H′, W′, O].
public final class ConvolutionBlock: Layer {
    private let name: String
    private let weight: Parameter
    private let norm: BatchNorm
    private let convolution: Convolution
    private let rectified: Bool
    private let context: LayerContext
    private let product: Slot
    private let output: Slot
    private var input: Tensor?
    private var hasResidual = false

    /// A block whose convolution and normalisation carry PyTorch's names.
    public init(
        _ name: String, norm normName: String, _ geometry: ConvolutionGeometry, rectified: Bool,
        _ context: LayerContext
    ) {
        let (outputs, kernel) = (geometry.outputChannels, geometry.kernel)
        weight = context.parameters.add(
            "\(name).weight", Shape(outputs, kernel, kernel, geometry.inputChannels), .weight,
            .heFanOut(kernel: kernel, outputs: outputs), layout: .ohwi)
        norm = BatchNorm(normName, channels: outputs, context)
        convolution = Convolution(geometry, scratch: context.scratch, team: context.team)
        product = context.activation(geometry.outputHeight, geometry.outputWidth, outputs)
        output = context.activation(geometry.outputHeight, geometry.outputWidth, outputs)
        (self.name, self.rectified, self.context) = (name, rectified, context)
    }

    /// The extents of the convolution.
    public var geometry: ConvolutionGeometry { convolution.geometry }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        guard !pass.isTraining else { return forward(input, residual: nil, pass) }
        let y = output.prefix(input.shape[0])
        infer(input, into: y)
        return y
    }

    /// The block's output in training, `residual` added before the rectifier.
    public func forward(_ input: Tensor, residual: NormalisedResidual?, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let z = multiply(input, pass), y = output.prefix(input.shape[0])
        hasResidual = residual != nil
        norm.forward(z, residual: residual, rectified: rectified, into: y, hasTotals: true, pass)
        return y
    }

    /// The block's output in training as the residual of another block, which normalises it on the way: it is nowhere written.
    public func forwardResidual(_ input: Tensor, _ pass: Pass) -> NormalisedResidual {
        precondition(!rectified, "\(name): a rectified residual")
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let z = multiply(input, pass)
        hasResidual = false
        return NormalisedResidual(z, affine: norm.takeAffine(z, hasTotals: true, pass))
    }

    /// x ∗ W, with its moments.
    private func multiply(_ input: Tensor, _ pass: Pass) -> Tensor {
        precondition(pass.isTraining, "\(name): inference keeps no product")
        self.input = input
        let z = product.prefix(input.shape[0])
        convolution.forward(input, weights: weight.values, into: z, moments: norm.momentTotals)
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

    /// As `backward`; adds to the input's gradient where `adding`. Leaves the residual's gradient in `outputGradient`; without
    /// a residual its content is lost, since the product's gradient is made there, in lines that the caches hold already.
    public func backward(
        _ outputGradient: Tensor, into inputGradient: Tensor?, adding: Bool, _ pass: Pass
    ) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input, pass.isTraining else { preconditionFailure("\(name): backward without forward in training") }
        let (z, y) = (product.prefix(input.shape[0]), output.prefix(input.shape[0]))
        func carry(through gradient: Tensor) {
            norm.backward(
                outputGradient, x: z, rectified: rectified, residualOutput: hasResidual ? y : nil, into: gradient, pass)
            convolution.backward(
                input, weights: weight.values, outputGradient: gradient, weightGradient: weight.gradient,
                into: inputGradient, adding: adding)
        }
        if hasResidual {
            context.scratch.with(z.shape, carry)
        } else {
            precondition(
                inputGradient?.pointer != outputGradient.pointer,
                "\(name): the input's gradient needs another place than the output's")
            carry(through: Tensor(outputGradient.pointer, z.shape))
        }
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

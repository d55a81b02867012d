public import Kernels
public import Layers
public import Tensors

/// ResNet-50-v1 with strides (2, 1) (He et al. 2016; SPEC §1): the height shrinks, the width is kept for the columns.
///
/// Shapes: [N, H, W, 3] → [N, H′, T, 32·base].
public final class Backbone: Layer {
    private let stem: ConvolutionBlock
    private let pool: MaxPool
    private let bottlenecks: [Bottleneck]
    private let context: LayerContext

    /// Where the backbone's parameters end in the store.
    let parameterEnd: Int

    /// The backbone of `configuration`; its parameters carry torchvision's names under `cnn.`.
    public init(_ configuration: ModelConfiguration, _ context: LayerContext) {
        let base = configuration.baseWidth
        let first = ConvolutionGeometry(
            inputHeight: configuration.inputHeight, inputWidth: configuration.inputWidth, inputChannels: 3,
            outputChannels: base, kernel: 7, strideHeight: 2, strideWidth: 2, padding: 3)
        stem = ConvolutionBlock("cnn.conv1", norm: "cnn.bn1", first, rectified: true, context)
        pool = MaxPool(
            "cnn.maxpool", height: first.outputHeight, width: first.outputWidth, channels: base, context)
        var (height, channels) = (MaxPooling.outputExtent(first.outputHeight), base)
        let width = MaxPooling.outputExtent(first.outputWidth)
        var bottlenecks: [Bottleneck] = []
        for stage in 1...4 {
            let blocks = configuration.blocks[stage - 1]
            for block in 0..<blocks {
                let isStrided = block == 0 && configuration.stridedStages.contains(stage)
                // A stage that sees every other row lets the stage before make no others.
                let isSeenInPart = block == blocks - 1 && configuration.samplesRows(of: stage + 1)
                let isSampled = stage > 1 && block == 0 && configuration.samplesRows(of: stage)
                let next = Bottleneck(
                    "cnn.layer\(stage).\(block)", height: height, width: width, inputs: channels,
                    inner: base << (stage - 1), strideHeight: isStrided && !isSampled ? 2 : 1,
                    strideIn: configuration.strideIn, hasProjection: block == 0, outputStep: isSeenInPart ? 2 : 1,
                    context)
                (height, channels) = (next.outputHeight, next.outputChannels)
                bottlenecks.append(next)
            }
        }
        (self.bottlenecks, self.context) = (bottlenecks, context)
        parameterEnd = context.parameters.bufferCount
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        var map = pool.forward(stem.forward(input, pass), pass)
        for bottleneck in bottlenecks { map = bottleneck.forward(map, pass) }
        return map
    }

    /// The columns that `pool` makes of the maps [N, T, C].
    ///
    /// In inference a few pictures go through all layers before the next ones do: each layer's memory is used again, most of
    /// a large batch's is never touched. No bit depends on it.
    func columns(_ pictures: Tensor, _ pool: ColumnPool, _ pass: Pass) -> Tensor {
        if pass.isTraining { return pool.forward(forward(pictures, pass), pass) }
        return pool.forward(pictures, piece: max(8, 4 * context.team.count)) { forward($0, pass) }
    }

    /// The input's gradient is never needed: pictures are not learned.
    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        precondition(inputGradient == nil, "the backbone has no gradient for pictures")
        let pictures = outputGradient.shape[0]
        let largest = bottlenecks.map(\.inputCount).max() ?? 0
        context.scratch.with(Shape(pictures, largest), Shape(pictures, largest)) { first, second in
            var (gradient, target, other) = (outputGradient, first, second)
            for bottleneck in bottlenecks.reversed() {
                if bottleneck.needsPlace {
                    let inputGradient = Tensor(target.pointer, bottleneck.inputShape(pictures))
                    bottleneck.backward(gradient, into: inputGradient, pass)
                    gradient = inputGradient
                    swap(&target, &other)
                } else {
                    bottleneck.backward(gradient, into: gradient, pass)
                }
            }
            context.scratch.with(stem.outputShape(pictures)) { stemGradient in
                pool.backward(gradient, into: stemGradient, pass)
                stem.backward(stemGradient, into: nil, pass)
            }
        }
    }

    /// Its convolutions in the order of forward.
    public var convolutions: [ConvolutionGeometry] { [stem.geometry] + bottlenecks.flatMap(\.convolutions) }

    public var summary: [LayerSummary] {
        stem.summary + pool.summary + bottlenecks.flatMap(\.summary)
    }
}

/// A bottleneck of ResNet-v1: y = max(0, x̃ + BN(1×1(relu BN 3×3(relu BN 1×1 x)))), the stride in the projection x̃ and in
/// the first 1×1, or the 3×3 where `strideIn` says so. Where both 1×1 have it, they work without one on the rows that they see:
/// what lies before them makes no others (`outputStep`), or, where that is no bottleneck, they are taken.
final class Bottleneck: Layer {
    private let sample: RowSample?, shortcutSample: RowSample?
    private let projection: ConvolutionBlock?
    private let reduce: ConvolutionBlock, middle: ConvolutionBlock, expand: ConvolutionBlock
    private let input: (height: Int, width: Int, channels: Int)
    private let context: LayerContext

    /// Parameters are registered in the order in which forward uses them: the projection first.
    init(
        _ name: String, height: Int, width: Int, inputs: Int, inner: Int, strideHeight: Int,
        strideIn: StridePlace, hasProjection: Bool, outputStep: Int, _ context: LayerContext
    ) {
        func geometry(_ rows: Int, _ from: Int, _ to: Int, _ kernel: Int, _ stride: Int) -> ConvolutionGeometry {
            ConvolutionGeometry(
                inputHeight: rows, inputWidth: width, inputChannels: from, outputChannels: to, kernel: kernel,
                strideHeight: stride, padding: kernel / 2)
        }
        let isSampled = hasProjection && strideHeight > 1 && strideIn == .conv1
        sample =
            isSampled
            ? RowSample(
                "\(name).rows", height: height, width: width, channels: inputs, step: strideHeight, context) : nil
        // What the convolutions see, and the strides that are left for them.
        let seen = sample?.outputShape(1)[1] ?? height, step = isSampled ? 1 : strideHeight
        projection =
            hasProjection
            ? ConvolutionBlock(
                "\(name).downsample.0", norm: "\(name).downsample.1",
                geometry(seen, inputs, 4 * inner, 1, step), rectified: false, rowStep: outputStep, context) : nil
        shortcutSample =
            !hasProjection && outputStep > 1
            ? RowSample(
                "\(name).rows", height: height, width: width, channels: inputs, step: outputStep, context) : nil
        let strides = strideIn == .conv1 ? (step, 1) : (1, step)
        reduce = ConvolutionBlock(
            "\(name).conv1", norm: "\(name).bn1", geometry(seen, inputs, inner, 1, strides.0),
            rectified: true, context)
        middle = ConvolutionBlock(
            "\(name).conv2", norm: "\(name).bn2",
            geometry(reduce.geometry.outputHeight, inner, inner, 3, strides.1), rectified: true, context)
        input = (height, width, inputs)
        let rows = middle.geometry.outputHeight
        expand = ConvolutionBlock(
            "\(name).conv3", norm: "\(name).bn3", geometry(rows, inner, 4 * inner, 1, 1), rectified: true,
            rowStep: outputStep, context)
        self.context = context
    }

    var outputHeight: Int { expand.outputShape(1)[1] }
    var outputChannels: Int { expand.geometry.outputChannels }
    var inputCount: Int { input.height * input.width * input.channels }

    func inputShape(_ pictures: Int) -> Shape { Shape(pictures, input.height, input.width, input.channels) }

    func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        let input = sample?.forward(input, pass) ?? input
        if !pass.isTraining {
            let shortcut = projection?.forward(input, pass) ?? shortcutSample?.forward(input, pass) ?? input
            inferBranch(input, addingTo: shortcut)
            return shortcut
        }
        projection?.project(input, pass)
        let shortcut =
            projection.map { ConvolutionBlock.Shortcut.projection($0) }
            ?? .map(shortcutSample?.forward(input, pass) ?? input)
        let inner = middle.forward(reduce.forward(input, pass), pass)
        return expand.forward(inner, adding: shortcut, pass)
    }

    /// map = max(0, map + the convolutions of `input`), which may be the map: a stage's maps lie in one place, and stay in the
    /// caches.
    private func inferBranch(_ input: Tensor, addingTo map: Tensor) {
        let pictures = input.shape[0]
        context.scratch.with(reduce.outputShape(pictures), middle.outputShape(pictures)) { first, second in
            reduce.infer(input, into: first)
            middle.infer(first, into: second)
            expand.infer(second, residual: map, into: map)
        }
    }

    /// Whether the input's gradient needs another place than the output's.
    var needsPlace: Bool { projection != nil || shortcutSample != nil }

    /// inputGradient = what `outputGradient` asks for. Where the shortcut is the input it becomes that in `outputGradient`'s
    /// place, where the shortcut's part lies already: no pass of its own adds the two.
    func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        guard let inputGradient else { preconditionFailure("a bottleneck's input needs its gradient") }
        precondition(
            needsPlace != (inputGradient.pointer == outputGradient.pointer), "a gradient of the wrong place")
        guard let sample else { return carryBack(outputGradient, into: inputGradient, pass) }
        context.scratch.with(sample.outputShape(outputGradient.shape[0])) { seenGradient in
            carryBack(outputGradient, into: seenGradient, pass)
            sample.backward(seenGradient, into: inputGradient, pass)
        }
    }

    private func carryBack(_ outputGradient: Tensor, into inputGradient: Tensor, _ pass: Pass) {
        let pictures = outputGradient.shape[0]
        context.scratch.with(middle.outputShape(pictures), reduce.outputShape(pictures)) { first, second in
            // `expand` leaves the shortcut's gradient in `outputGradient`.
            expand.backward(outputGradient, into: first, pass)
            middle.backward(first, into: second, pass)
            shortcutSample?.backward(outputGradient, into: inputGradient, pass)
            reduce.backward(second, into: inputGradient, adding: projection == nil, pass)
        }
        projection?.backwardProjection(outputGradient, into: inputGradient, adding: true)
    }

    var convolutions: [ConvolutionGeometry] {
        [projection, reduce, middle, expand].compactMap { $0?.geometry }
    }

    var summary: [LayerSummary] {
        (sample?.summary ?? []) + (projection?.summary ?? []) + reduce.summary + middle.summary + expand.summary
    }
}

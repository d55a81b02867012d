/// The extents of a two-dimensional convolution on NHWC maps with OHWI weights.
public struct ConvolutionGeometry: Equatable, Sendable {
    /// Input map: height, width, channels.
    public let inputHeight: Int, inputWidth: Int, inputChannels: Int

    /// Output channels.
    public let outputChannels: Int

    /// Kernel extent, the same in both directions.
    public let kernel: Int

    /// Stride over rows and over columns.
    public let strideHeight: Int, strideWidth: Int

    /// Rows and columns of zeros at each border.
    public let padding: Int

    /// A geometry from its parts.
    public init(
        inputHeight: Int, inputWidth: Int, inputChannels: Int, outputChannels: Int, kernel: Int,
        strideHeight: Int = 1, strideWidth: Int = 1, padding: Int = 0
    ) {
        (self.inputHeight, self.inputWidth, self.inputChannels) = (inputHeight, inputWidth, inputChannels)
        (self.outputChannels, self.kernel, self.padding) = (outputChannels, kernel, padding)
        (self.strideHeight, self.strideWidth) = (strideHeight, strideWidth)
        precondition(
            inputHeight + 2 * padding >= kernel && inputWidth + 2 * padding >= kernel,
            "a \(kernel)×\(kernel) kernel on a map of \(inputHeight)×\(inputWidth), padding \(padding)")
    }

    /// ⌊(H + 2p − k) / s⌋ + 1.
    public var outputHeight: Int { (inputHeight + 2 * padding - kernel) / strideHeight + 1 }

    /// ⌊(W + 2p − k) / s⌋ + 1.
    public var outputWidth: Int { (inputWidth + 2 * padding - kernel) / strideWidth + 1 }

    /// Pixels of one input map.
    public var inputPixels: Int { inputHeight * inputWidth }

    /// Pixels of one output map.
    public var outputPixels: Int { outputHeight * outputWidth }

    /// Elements of a patch: k·k·C, the length of a weight row.
    public var patch: Int { kernel * kernel * inputChannels }

    /// Multiply-adds for one picture.
    public var multiplyAdds: Int { outputPixels * outputChannels * patch }

    /// Whether each output pixel sees just the input pixel of its own place.
    var isPlainProduct: Bool { kernel == 1 && strideHeight == 1 && strideWidth == 1 && padding == 0 }

    /// The convolution that carries the output's gradient back: stride 1, channels exchanged.
    var transposed: ConvolutionGeometry {
        precondition(
            strideHeight == 1 && strideWidth == 1,
            "no input gradient for a \(kernel)×\(kernel) kernel with stride (\(strideHeight),\(strideWidth))")
        return ConvolutionGeometry(
            inputHeight: outputHeight, inputWidth: outputWidth, inputChannels: outputChannels,
            outputChannels: inputChannels, kernel: kernel, padding: kernel - 1 - padding)
    }
}

internal import Glibc
internal import Tensors

extension ConvolutionGeometry {
    /// Copies the patches of output rows `rows` (counted over all pictures) into `patches`: one line of k·k·C a pixel.
    ///
    /// A pixel's k input columns lie side by side in NHWC, so one line is k copies of k·C floats; at the borders less,
    /// and zeros.
    func gatherPatches(
        _ input: UnsafeMutablePointer<Float>, rows: Range<Int>, into patches: UnsafeMutablePointer<Float>
    ) {
        let segment = kernel * inputChannels
        var line = patches
        for row in rows {
            let (picture, y) = row.quotientAndRemainder(dividingBy: outputHeight)
            let map = input + picture * inputPixels * inputChannels
            for x in 0..<outputWidth {
                let left = x * strideWidth - padding
                let first = max(0, -left), last = min(kernel, inputWidth - left)
                for ky in 0..<kernel {
                    let inputRow = y * strideHeight - padding + ky
                    if inputRow < 0 || inputRow >= inputHeight || first >= last {
                        line.update(repeating: 0, count: segment)
                    } else {
                        let source = map + (inputRow * inputWidth + left) * inputChannels
                        if first > 0 { line.update(repeating: 0, count: first * inputChannels) }
                        memcpy(
                            line + first * inputChannels, source + first * inputChannels,
                            (last - first) * inputChannels * 4)
                        if last < kernel {
                            (line + last * inputChannels).update(
                                repeating: 0, count: (kernel - last) * inputChannels)
                        }
                    }
                    line += segment
                }
            }
        }
    }

    /// Copies the input pixels that a strided 1×1 convolution sees, or adds such pixels back to their places.
    func movePixels(
        _ input: UnsafeMutablePointer<Float>, _ pixels: UnsafeMutablePointer<Float>, rows: Range<Int>,
        addingBack: Bool
    ) {
        for row in rows {
            let (picture, y) = row.quotientAndRemainder(dividingBy: outputHeight)
            let inputRow =
                input + (picture * inputHeight + y * strideHeight) * inputWidth * inputChannels
            let outputRow = pixels + row * outputWidth * inputChannels
            let (pieces, length) =
                strideWidth == 1 ? (1, outputWidth * inputChannels) : (outputWidth, inputChannels)
            for piece in 0..<pieces {
                let place = inputRow + piece * strideWidth * inputChannels
                let line = outputRow + piece * inputChannels
                if addingBack {
                    for index in 0..<length { place[index] += line[index] }
                } else {
                    memcpy(line, place, length * 4)
                }
            }
        }
    }
}

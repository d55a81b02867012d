internal import Glibc
internal import Tensors

extension ConvolutionGeometry {
    /// The rows that the weights are multiplied with: a pixel's patch each, k·k·C long.
    func patches(of input: Tensor) -> TileProduct.LeftRows {
        let map = input.pointer
        if isPlainProduct {
            return TileProduct.LeftRows(
                Matrix(map, rows: input.shape[0] * inputPixels, columns: inputChannels, stride: inputChannels)
            ).ofPictures(outputPixels)
        }
        return TileProduct.LeftRows(count: input.shape[0] * outputPixels, depth: patch) { pixels, buffer, stride in
            gatherPatches(map, pixels: pixels, into: buffer, stride: stride)
        }.ofPictures(outputPixels)
    }

    /// Copies the patches of output pixels `pixels` (counted over all pictures), one every `stride` elements.
    ///
    /// A pixel's k input columns lie side by side in NHWC, so a patch is k copies of k·C floats; at the borders less, and
    /// zeros.
    private func gatherPatches(
        _ input: UnsafeMutablePointer<Float>, pixels: Range<Int>, into patches: UnsafeMutablePointer<Float>, stride: Int
    ) {
        let segment = kernel * inputChannels
        for (index, pixel) in pixels.enumerated() {
            let (picture, place) = pixel.quotientAndRemainder(dividingBy: outputPixels)
            let (y, x) = place.quotientAndRemainder(dividingBy: outputWidth)
            let map = input + picture * inputPixels * inputChannels
            let left = x * strideWidth - padding
            let first = max(0, -left), last = min(kernel, inputWidth - left)
            var target = patches + index * stride
            for ky in 0..<kernel {
                let inputRow = y * strideHeight - padding + ky
                if inputRow < 0 || inputRow >= inputHeight || first >= last {
                    target.update(repeating: 0, count: segment)
                } else {
                    let source = map + (inputRow * inputWidth + left) * inputChannels
                    if first > 0 { target.update(repeating: 0, count: first * inputChannels) }
                    memcpy(
                        target + first * inputChannels, source + first * inputChannels,
                        (last - first) * inputChannels * 4)
                    if last < kernel {
                        (target + last * inputChannels).update(repeating: 0, count: (kernel - last) * inputChannels)
                    }
                }
                target += segment
            }
        }
    }

    /// Adds `pixels`, the output pixels of image rows `rows` (counted over all pictures), to the input pixels that a
    /// strided 1×1 convolution sees there.
    func addToSeenPixels(
        _ input: UnsafeMutablePointer<Float>, _ pixels: UnsafeMutablePointer<Float>, rows: Range<Int>
    ) {
        for row in rows {
            let (picture, y) = row.quotientAndRemainder(dividingBy: outputHeight)
            let inputRow = input + (picture * inputHeight + y * strideHeight) * inputWidth * inputChannels
            let outputRow = pixels + row * outputWidth * inputChannels
            for x in 0..<outputWidth {
                let place = inputRow + x * strideWidth * inputChannels
                let line = outputRow + x * inputChannels
                for channel in 0..<inputChannels { place[channel] += line[channel] }
            }
        }
    }
}

internal import Tensors

/// Convolutions of few input channels, such as a network's first: nothing is copied but the map into one with borders.
///
/// In NHWC a kernel row sees k·C floats that lie side by side, and the next output pixel sees those s·C floats further on:
/// a row of output pixels times a row of the kernel is a product whose left factor has rows longer than its stride. The
/// k products add up in registers. As patches, every input pixel would be copied up to k²/s² times. The bits are those of
/// patches.
///
/// Shapes: input [N, H, W, C], weights and their gradient [O, k·k·C], output and its gradient [N, H', W', O].
struct OverlappingRows {
    let geometry: ConvolutionGeometry
    let scratch: Scratch
    let team: WorkerTeam

    /// Whether it can compute a convolution, and is meant for it.
    static func fits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel > 1 && geometry.inputChannels <= 4 && geometry.outputChannels % TileStrip.Terms.columns == 0
    }

    /// Floats of a kernel row, from an output pixel's to the next one's, and of a row of the map with borders.
    private var segment: Int { geometry.kernel * geometry.inputChannels }
    private var step: Int { geometry.strideWidth * geometry.inputChannels }
    private var line: Int { (geometry.inputWidth + 2 * geometry.padding) * geometry.inputChannels }
    private var lines: Int { geometry.inputHeight + 2 * geometry.padding }

    /// output = input ∗ weights.
    func forward(_ input: Tensor, _ weights: Matrix, _ output: TileOutput) {
        let (width, chunkRows) = (Panels.width, TileProduct.chunkRows)
        let panels = Panels.count(geometry.outputChannels), size = geometry.patch * width
        let pixels = input.shape[0] * geometry.outputPixels
        let terms = TileStrip.Terms(count: geometry.kernel, leftStride: line, panelStride: segment * width)
        withBorders(input) { map in
            scratch.with(Shape(panels, size)) { packed in
                for p in 0..<panels {
                    Panels.pack(
                        weights.transposed, rows: 0..<geometry.patch, from: p * width, into: packed.pointer + p * size)
                }
                team.ranges((pixels + chunkRows - 1) / chunkRows) { range in
                    for chunk in range {
                        let rows = chunk * chunkRows..<min(pixels, (chunk + 1) * chunkRows)
                        for p in 0..<panels {
                            let part = output.panel(row: rows.lowerBound, column: p * width)
                            let panel = packed.pointer + p * size
                            forEachRow(rows, map.pointer) { source, first, count in
                                TileStrip.rows(
                                    source, step, panel, depth: segment, count: count, part, first: first,
                                    terms: terms)
                            }
                        }
                    }
                }
            }
        }
    }

    /// weightGradient = outputGradientᵗ ∗ input, or += where `adding`: a sum a picture, and these in order, whatever the team.
    func weightGradient(_ input: Tensor, _ outputGradient: Tensor, into gradient: Matrix, adding: Bool) {
        let (pictures, kernel, channels) = (input.shape[0], geometry.kernel, geometry.outputChannels)
        // One more than an odd number: the tiles have even heights.
        let height = segment + segment % 2
        let terms = TileStrip.Terms(
            count: geometry.outputHeight, leftStride: geometry.strideHeight * line,
            panelStride: geometry.outputWidth * channels, rowStride: channels)
        withBorders(input) { map in
            scratch.with(Shape(pictures * kernel, height, channels)) { partial in
                team.ranges(pictures * kernel) { range in
                    for item in range {
                        let (picture, row) = item.quotientAndRemainder(dividingBy: kernel)
                        let pixels = outputGradient.pointer + picture * geometry.outputPixels * channels
                        let output = TileOutput(
                            base: partial.pointer + item * height * channels, stride: channels, columns: channels)
                        for column in stride(from: 0, to: channels, by: Panels.width) {
                            let source = map.pointer + (picture * lines + row) * line
                            let part = output.panel(row: 0, column: column)
                            TileStrip.columns(
                                source, step, pixels + column, depth: geometry.outputWidth, count: height, part,
                                terms: terms)
                        }
                    }
                }
                team.ranges(channels) { range in
                    for channel in range {
                        let target = gradient.pointer + channel * gradient.stride
                        for place in 0..<geometry.patch {
                            let (row, offset) = place.quotientAndRemainder(dividingBy: segment)
                            var sum = adding ? target[place] : 0
                            for picture in 0..<pictures {
                                let line = (picture * kernel + row) * height + offset
                                sum += partial.pointer[line * channels + channel]
                            }
                            target[place] = sum
                        }
                    }
                }
            }
        }
    }

    /// Gives `body` the maps with zeros around them, and behind the last as many as a tile reads too far.
    private func withBorders(_ input: Tensor, _ body: (Tensor) -> Void) {
        let (rows, inner) = (geometry.inputHeight, geometry.inputWidth * geometry.inputChannels)
        let edge = geometry.padding * geometry.inputChannels
        scratch.with(Shape(input.shape[0] * lines * line + Lanes.scalarCount)) { map in
            team.ranges(input.shape[0] * lines) { range in
                for index in range {
                    let target = map.pointer + index * line
                    let (picture, y) = index.quotientAndRemainder(dividingBy: lines)
                    guard (geometry.padding..<geometry.padding + rows).contains(y) else {
                        target.update(repeating: 0, count: line)
                        continue
                    }
                    let source = input.pointer + (picture * rows + y - geometry.padding) * inner
                    target.update(repeating: 0, count: edge)
                    (target + edge).update(from: source, count: inner)
                    (target + edge + inner).update(repeating: 0, count: edge)
                }
            }
            body(map)
        }
    }

    /// Cuts the output pixels `rows` at the ends of the maps' rows: `body(what the first one sees, its number, how many)`.
    private func forEachRow(
        _ rows: Range<Int>, _ map: UnsafeMutablePointer<Float>,
        _ body: (UnsafeMutablePointer<Float>, Int, Int) -> Void
    ) {
        var pixel = rows.lowerBound
        while pixel < rows.upperBound {
            let (row, x) = pixel.quotientAndRemainder(dividingBy: geometry.outputWidth)
            let (picture, y) = row.quotientAndRemainder(dividingBy: geometry.outputHeight)
            let count = min(geometry.outputWidth - x, rows.upperBound - pixel)
            body(map + (picture * lines + y * geometry.strideHeight) * line + x * step, pixel - rows.lowerBound, count)
            pixel += count
        }
    }
}

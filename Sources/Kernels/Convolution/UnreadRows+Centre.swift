internal import Tensors

extension UnreadRows {
    /// ū, then u − ū.
    func centre(_ input: Tensor, into kept: Kept) {
        let (channels, mean) = (kept.mean.count, kept.mean.pointer)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: channels) { totals in
            ChannelSums.reduce(rows: kept.count, scratch: scratch, team: team, totals: totals) { pixels, sums in
                forEachRun(pixels, of: input, kept) { SummingPass(x: $1, sums: sums).run(0..<$2, channels: channels) }
            }
            for c in 0..<channels { mean[c] = Float(totals[c] / Double(kept.count)) }
        }
        team.ranges(kept.count, grain: 16) { pixels in
            forEachRun(pixels, of: input, kept) { first, x, count in
                let y = kept.centred.pointer + first * channels
                CentringPass(x: x, mean: mean, y: y).run(0..<count, channels: channels)
            }
        }
    }

    /// Runs of the unread pixels `pixels` that lie side by side in `input`: the number of the first, where it lies, how many.
    private func forEachRun(
        _ pixels: Range<Int>, of input: Tensor, _ kept: Kept, _ body: (Int, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        let (height, width, channels) = (input.shape[1], input.shape[2], input.shape[3])
        let unread = height - RowSampling.extent(height, step: step)
        precondition(
            kept.centred.shape == Shape(input.shape[0], unread, width, channels),
            "\(unread) unread rows of \(input.shape) in \(kept.centred.shape)")
        var pixel = pixels.lowerBound
        while pixel < pixels.upperBound {
            let (row, x) = pixel.quotientAndRemainder(dividingBy: width)
            let (picture, index) = row.quotientAndRemainder(dividingBy: unread)
            let y = RowSampling.otherRow(index, step: step), count = min(width - x, pixels.upperBound - pixel)
            body(pixel, input.pointer + ((picture * height + y) * width + x) * channels, count)
            pixel += count
        }
    }
}

/// sums += Σ x per channel. Shapes: x [R, C], sums [C].
private struct SummingPass: ChannelPass {
    let x: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Lanes { access.load(sums + c) }

    @inline(__always)
    func take<Access: LaneAccess>(_ place: Int, _ channels: inout Lanes, _ access: Access) {
        channels += access.load(x + place)
    }

    @inline(__always)
    func end<Access: LaneAccess>(_ channels: Lanes, _ c: Int, _ access: Access) { access.store(channels, sums + c) }
}

/// y = x − mean per channel. Shapes: x, y [R, C], mean [C].
private struct CentringPass: ChannelPass {
    let x: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Lanes { access.load(mean + c) }

    @inline(__always)
    func take<Access: LaneAccess>(_ place: Int, _ channels: inout Lanes, _ access: Access) {
        access.store(access.load(x + place) - channels, y + place)
    }
}

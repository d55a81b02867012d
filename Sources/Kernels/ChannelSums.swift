internal import Tensors

/// Sums over the rows of [R, C] for each channel, the same bits at any number of threads.
///
/// Rows are cut into fixed blocks; a block's sums are floats, the blocks are added in double precision, in order.
enum ChannelSums {
    /// Rows whose sums one float accumulator holds.
    static let blockRows = 256

    /// `body(rows, sums)` adds a block's sums of each channel to zeroed ones, of which those of one kind lie together: as many
    /// as `totals`, and behind them as many as `others`, have. There the totals are returned.
    @inline(__always)
    static func reduce(
        rows: Int, scratch: Scratch, team: WorkerTeam, totals: ChannelTotals, others: ChannelTotals? = nil,
        _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let blocks = max(1, (rows + blockRows - 1) / blockRows), size = totals.count + (others?.count ?? 0)
        scratch.with(Shape(blocks, size)) { partial in
            team.ranges(blocks) { range in
                for block in range {
                    let sums = partial.pointer + block * size
                    sums.update(repeating: 0, count: size)
                    let low = block * blockRows
                    body(low..<min(rows, low + blockRows), sums)
                }
            }
            add(partial.pointer, blocks, size, to: totals)
            if let others { add(partial.pointer + totals.count, blocks, size, to: others) }
        }
    }

    /// totals = the sum of the first sums of each of `blocks` blocks, `size` apart.
    private static func add(
        _ sums: UnsafeMutablePointer<Float>, _ blocks: Int, _ size: Int, to totals: ChannelTotals
    ) {
        let result = totals.baseAddress!
        result.update(repeating: 0, count: totals.count)
        for block in 0..<blocks {
            let sums = sums + block * size
            for index in 0..<totals.count { result[index] += Double(sums[index]) }
        }
    }

    /// totals = [Σy…, Σy²…] of channels whose values were summed in groups: for each a row of shifts s, one of Σ (y − s)
    /// and one of Σ (y − s)², `counts[i]` values of a channel in group i.
    static func totals(of sums: Tensor, counts: [Int], into totals: ChannelTotals) {
        let channels = sums.shape.last
        let result = totals.baseAddress!
        result.update(repeating: 0, count: 2 * channels)
        for (group, count) in counts.enumerated() {
            let shifts = sums.pointer + 3 * group * channels
            for channel in 0..<channels {
                let (s, sum) = (Double(shifts[channel]), Double(shifts[channels + channel]))
                result[channel] += sum + Double(count) * s
                result[channels + channel] +=
                    Double(shifts[2 * channels + channel]) + 2 * s * sum + Double(count) * s * s
            }
        }
    }
}

internal import Tensors

/// Sums over the rows of [R, C] for each channel, the same bits at any number of threads.
///
/// Rows are cut into fixed blocks; a block's sums are floats, the blocks are added in double precision, in order.
enum ChannelSums {
    /// Rows whose sums one float accumulator holds.
    static let blockRows = 256

    /// `body(rows, first, second)` adds a block's two sums of each channel to zeroed rows; their totals are returned as
    /// [first…, second…] in `totals`, of 2·C.
    @inline(__always)
    static func reduce(
        rows: Int, channels: Int, scratch: Scratch, team: WorkerTeam, totals: UnsafeMutablePointer<Double>,
        _ body: (Range<Int>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let blocks = max(1, (rows + blockRows - 1) / blockRows)
        scratch.with(Shape(blocks, 2 * channels)) { partial in
            team.ranges(blocks) { range in
                for block in range {
                    let sums = partial.pointer + block * 2 * channels
                    sums.update(repeating: 0, count: 2 * channels)
                    let low = block * blockRows
                    body(low..<min(rows, low + blockRows), sums, sums + channels)
                }
            }
            totals.update(repeating: 0, count: 2 * channels)
            for block in 0..<blocks {
                let sums = partial.pointer + block * 2 * channels
                for index in 0..<2 * channels { totals[index] += Double(sums[index]) }
            }
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

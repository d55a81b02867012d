internal import Glibc

/// Which samples make each new one along an axis, and with which weights.
///
/// The convention is Pillow's `BILINEAR` for 8 bits ("pillow-bilinear"): with s = max(1, old / new), the new
/// sample i lies at c = (i + ½) · old / new, and old sample x weighs max(0, 1 − |x + ½ − c| / s), divided by
/// the sum of the weights, in fixed point with 22 bits after the point.
struct ResizeAxis: Sendable {
    let oldCount: Int
    let newCount: Int

    /// The samples that make one, in `weights`: some of the last weigh nothing, and may lie behind the end.
    let taps: Int

    /// The first old sample of each new one.
    let starts: [Int]

    /// How many old samples make each new one.
    let counts: [Int]

    /// `taps` weights a new sample; 2²² is one.
    let weights: [Int32]

    /// Bits after the point.
    static let precision: Int32 = 22

    init(from oldCount: Int, to newCount: Int) {
        precondition(oldCount > 0 && newCount > 0, "resize \(oldCount) to \(newCount) samples")
        let scale = Double(oldCount) / Double(newCount)
        let support = max(scale, 1)
        func place(_ index: Int) -> (centre: Double, start: Int, count: Int) {
            let centre = (Double(index) + 0.5) * scale
            let start = max(Int(centre - support + 0.5), 0)
            return (centre, start, min(Int(centre + support + 0.5), oldCount) - start)
        }
        let taps = (0..<newCount).map { place($0).count }.max() ?? 1
        var (starts, counts) = ([Int](), [Int]())
        var weights = [Int32](repeating: 0, count: newCount * taps)
        for index in 0..<newCount {
            let (centre, start, count) = place(index)
            let shares = (0..<count).map { offset in
                max(0, 1 - abs((Double(offset + start) - centre + 0.5) * (1 / support)))
            }
            let sum = shares.reduce(0, +)
            for (offset, share) in shares.enumerated() {
                weights[index * taps + offset] = Int32(0.5 + share / sum * Double(1 << Self.precision))
            }
            starts.append(start)
            counts.append(count)
        }
        (self.oldCount, self.newCount, self.taps) = (oldCount, newCount, taps)
        (self.starts, self.counts, self.weights) = (starts, counts, weights)
    }
}

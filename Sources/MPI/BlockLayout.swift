/// Where the blocks of the ranks lie in one buffer, in elements.
public struct BlockLayout: Equatable, Sendable {
    /// The length of each rank's block.
    public let counts: [Int32]

    /// Where each rank's block begins.
    public let offsets: [Int32]

    /// The number of blocks.
    public var ranks: Int { counts.count }

    /// Blocks of the given lengths and places, together no longer than MPI can count (2³¹ − 1 elements).
    public init(counts: [Int], offsets: [Int]) {
        precondition(counts.count == offsets.count, "\(counts.count) lengths and \(offsets.count) places")
        for (count, offset) in zip(counts, offsets) {
            precondition(
                count >= 0 && offset >= 0 && count + offset <= Int(Int32.max),
                "a block of \(count) elements at \(offset): MPI counts to \(Int32.max)")
        }
        self.counts = counts.map { Int32($0) }
        self.offsets = offsets.map { Int32($0) }
    }

    /// Blocks of the given lengths, one after the other.
    public init(counts: [Int]) {
        var offsets: [Int] = []
        var next = 0
        for count in counts {
            offsets.append(next)
            next += count
        }
        self.init(counts: counts, offsets: offsets)
    }
}

/// `count` elements cut into stripes that belong to a node's ranks in turn, so that each has its share of whatever part of them
/// is at hand.
struct Stripes {
    let count: Int

    private let length: Int
    private let ranks: Int

    /// Stripes that each rank has at least, where there are enough elements; and the longest ones. Short stripes share work
    /// evenly at any time; of private arrays each rank touches the pages of its own stripes only, which long ones have to
    /// themselves.
    private static let share = 16, longest = 4 << 20

    /// Stripes as long as a power of two times `grain`, all but the last.
    init(_ count: Int, grain: Int, ranks: Int) {
        var length = grain
        while 2 * length <= min(Self.longest, count / (Self.share * ranks)) { length *= 2 }
        (self.count, self.length, self.ranks) = (count, length, ranks)
    }

    /// How many there are.
    var number: Int { (count + length - 1) / length }

    /// Those of `rank`, in order.
    func of(_ rank: Int) -> [Range<Int>] {
        stride(from: rank, to: number, by: ranks).map { $0 * length..<min(count, ($0 + 1) * length) }
    }
}

/// Which rows of a tensor belong to which sequence, where sequences lie one behind the other.
///
/// Of a tensor [N, L, …] every sequence has L rows; of [R, …] each has as many as it is long, and none is padding.
public struct SequenceRows: Equatable, Sendable {
    /// The number of sequences.
    public let count: Int

    /// The most rows that one of them has.
    public let longest: Int

    /// Where each sequence begins and the last one ends; empty where all are of one length.
    private let bounds: [Int]

    /// `count` sequences of `length` rows each.
    public init(count: Int, length: Int) { (self.count, longest, bounds) = (count, length, []) }

    /// A sequence of each of `lengths`.
    public init(lengths: [Int]) {
        precondition(lengths.allSatisfy { $0 >= 0 }, "negative length in \(lengths)")
        (count, longest) = (lengths.count, lengths.max() ?? 0)
        let areEqual = lengths.allSatisfy { [longest] in $0 == longest }
        bounds = areEqual ? [] : lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    /// Rows of sequence number `sequence`.
    public subscript(sequence: Int) -> Range<Int> {
        precondition(sequence >= 0 && sequence < count, "sequence \(sequence) of \(count)")
        return bounds.isEmpty
            ? sequence * longest..<(sequence + 1) * longest : bounds[sequence]..<bounds[sequence + 1]
    }

    /// The rows of all sequences together.
    public var total: Int { bounds.last ?? count * longest }
}

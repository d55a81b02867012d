/// The processes that prepare a file together; every call is made by all of them, in the same order.
public protocol RankGroup {
    /// This process, 0 ..< count.
    var rank: Int { get }

    /// How many processes there are.
    var count: Int { get }

    /// Returns when all have come here.
    func barrier() throws

    /// All strings of all ranks in the order of the ranks, on rank 0; nothing elsewhere.
    func gatherStrings(_ strings: [String]) throws -> [String]

    /// The sums over all ranks, element by element, on every rank.
    func sum(_ values: [Int]) throws -> [Int]

    /// Rank 0's value.
    func broadcast(_ value: Int) throws -> Int
}

/// One process alone.
public struct SoloRanks: RankGroup {
    /// 0.
    public let rank = 0

    /// 1.
    public let count = 1

    /// A group of this process.
    public init() {}

    /// Returns at once.
    public func barrier() {}

    /// The same strings.
    public func gatherStrings(_ strings: [String]) -> [String] { strings }

    /// The same values.
    public func sum(_ values: [Int]) -> [Int] { values }

    /// The same value.
    public func broadcast(_ value: Int) -> Int { value }
}

extension RankGroup {
    /// Does `body` on every rank; where it fails on one, all throw: nobody waits for a rank that has given up.
    ///
    /// A rank that failed throws its own error; rank 0 that of the first rank that did; the others say so.
    func agree<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        let result = Result { try body() }
        let failed = if case .failure = result { 1 } else { 0 }
        if try sum([failed])[0] == 0 { return try result.get() }
        var words: [String] = []
        if case .failure(let error) = result { words = ["rank \(rank): \(error)"] }
        words = try gatherStrings(words)
        if case .failure(let error) = result { throw error }
        throw PersonDataError(path, words.first ?? "given up, because another rank failed")
    }

    /// This rank's share of 0 ..< `total`.
    func share(of total: Int) -> Range<Int> { (total * rank / count)..<(total * (rank + 1) / count) }
}

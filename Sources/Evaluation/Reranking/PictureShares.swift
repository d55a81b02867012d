/// All pictures as re-ranking numbers them: queries 0 ..< Q, then the gallery Q ..< N. A rank has its share of both.
struct PictureShares {
    let queryCount: Int, galleryCount: Int, ranks: Int

    /// N.
    var count: Int { queryCount + galleryCount }

    /// The numbers of a rank's queries.
    func queries(of rank: Int) -> Range<Int> { FeatureTable.share(queryCount, rank: rank, of: ranks) }

    /// The numbers of a rank's gallery pictures.
    func gallery(of rank: Int) -> Range<Int> {
        let share = FeatureTable.share(galleryCount, rank: rank, of: ranks)
        return share.lowerBound + queryCount..<share.upperBound + queryCount
    }

    /// The numbers of a rank's pictures in the order in which it holds them: queries, then gallery.
    func numbers(of rank: Int) -> [Int] { Array(queries(of: rank)) + Array(gallery(of: rank)) }

    /// The rank that holds picture `number`: the inverse of ⌊n·r/R⌋ ≤ i < ⌊n·(r + 1)/R⌋.
    func owner(of number: Int) -> Int {
        let (place, total) = number < queryCount ? (number, queryCount) : (number - queryCount, galleryCount)
        return ((place + 1) * ranks - 1) / total
    }
}

/// A gallery in the order of its likeness to one query, junk left out.
public struct RankedGallery: Sendable, Equatable {
    /// One picture of it.
    public struct Entry: Sendable, Equatable {
        /// Its number in the prepared data.
        public let picture: Int

        /// Whether it shows the query's person.
        public let isRight: Bool
    }

    /// The query's number in the prepared data.
    public let query: Int

    /// The gallery, nearest first, equal distances in the gallery's order.
    public let entries: [Entry]

    /// What the list is worth.
    public let result: RetrievalMetrics.QueryResult

    /// The list of a query whose distances to the pictures `gallery` are `distances`.
    init(
        query: Int, distances: [Float], gallery: [Int], persons: [Int], cameras: [Int]
    ) {
        precondition(distances.count == gallery.count, "\(distances.count) distances to \(gallery.count) pictures")
        self.query = query
        entries = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.compactMap { place in
            let picture = gallery[place]
            return RetrievalMetrics.isGood(
                queryPerson: persons[query], queryCamera: cameras[query], galleryPerson: persons[picture],
                galleryCamera: cameras[picture]
            ).map { Entry(picture: picture, isRight: $0) }
        }
        result = RetrievalMetrics.evaluate(entries.lazy.map(\.isRight))
    }
}

extension RetrievalSummary {
    /// The cumulative matching characteristic: element k − 1 is the share of queries whose first right picture is among
    /// the first k, over the queries that have one.
    public static func matchingCurve(_ results: [RetrievalMetrics.QueryResult], ranks: Int) -> [Double] {
        let valid = results.filter { $0.goodCount > 0 }
        var found = [Int](repeating: 0, count: ranks)
        for result in valid {
            if let first = result.firstGood, first < ranks { found[first] += 1 }
        }
        var sum = 0
        return found.map { count in
            sum += count
            return valid.isEmpty ? 0 : Double(sum) / Double(valid.count)
        }
    }
}

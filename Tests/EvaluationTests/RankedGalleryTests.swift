import Tensors
import Testing

@testable import Evaluation

@Suite("Ranked galleries and matching curves")
struct RankedGalleryTests {
    @Test("Pictures come nearest first, junk left out, right where they show the query's person")
    func ranking() {
        // The query is picture 0; pictures 1 to 6 are the gallery, in another order.
        let persons = [7, 7, 7, -1, 0, 9, 7], cameras = [1, 2, 1, 3, 2, 1, 3]
        let ranked = RankedGallery(
            query: 0, distances: [0.5, 0.1, 0.2, 0.1, 0.9, 0.0], gallery: [6, 5, 4, 3, 2, 1], persons: persons,
            cameras: cameras)
        // 3 is junk, 2 the same person under the same camera.
        #expect(ranked.entries.map(\.picture) == [1, 5, 4, 6])
        #expect(ranked.entries.map(\.isRight) == [true, false, false, true])
        #expect(ranked.result == RetrievalMetrics.evaluate([true, false, false, true]))
    }

    @Test("Equal distances keep the gallery's order")
    func ties() {
        let ranked = RankedGallery(
            query: 0, distances: [1, 1, 1], gallery: [3, 1, 2], persons: [5, 5, 6, 6], cameras: [1, 2, 2, 2])
        #expect(ranked.entries.map(\.picture) == [3, 1, 2])
    }

    @Test("A matching curve has the summary's shares at 1, 5, 10 and 20, and never falls")
    func curve() {
        var random = RandomStream(seed: 5, .test)
        for _ in 0..<50 {
            let results = (0..<30).map { _ in
                RetrievalMetrics.evaluate((0..<40).map { _ in random.below(12) == 0 })
            }
            let (curve, summary) = (RetrievalSummary.matchingCurve(results, ranks: 40), RetrievalSummary(results))
            #expect(
                [1, 5, 10, 20].map { curve[$0 - 1] }
                    == [summary.rank1, summary.rank5, summary.rank10, summary.rank20])
            #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 <= $1 } && curve.last == 1)
        }
        #expect(RetrievalSummary.matchingCurve([], ranks: 3) == [0, 0, 0])
    }
}

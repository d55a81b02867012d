import Foundation
import Tensors
import Testing

@testable import Evaluation

/// A gallery of a query, and its figures as the published evaluation code computes them, step by step.
private struct Search {
    var distances: [Float] = [], persons: [Int] = [], cameras: [Int] = []
    let person: Int, camera: Int

    /// Few distances, so that many are equal; junk, distractors, the same camera and other persons.
    init(number: Int) {
        var random = RandomStream(seed: 41, .test, index: UInt64(number))
        (person, camera) = (1 + random.below(3), 1 + random.below(3))
        for _ in 0..<1 + random.below(40) {
            distances.append(Float(random.below(12)) / 4 - 2)
            persons.append([-1, 0, 1, 2, 3, 4][random.below(6)])
            cameras.append(1 + random.below(3))
        }
    }

    /// Flags of the ranked list without junk: selection of the smallest, the first of equals.
    var flags: [Bool] {
        var left = Array(distances.indices), flags: [Bool] = []
        while !left.isEmpty {
            var best = 0
            for place in left.indices where distances[left[place]] < distances[left[best]] { best = place }
            let index = left.remove(at: best)
            let isJunk = persons[index] == -1 || (persons[index] == person && cameras[index] == camera)
            if !isJunk { flags.append(persons[index] == person) }
        }
        return flags
    }

    var found: RetrievalMetrics.QueryResult {
        RetrievalMetrics.evaluate(
            distances: distances, queryPerson: person, queryCamera: camera, galleryPersons: persons,
            galleryCameras: cameras)
    }
}

/// compute_AP of the Market-1501 evaluation: every rank adds the trapezoid over the recall that it gains.
private func trapezoidPrecision(_ flags: [Bool]) -> Double {
    let good = Double(flags.count { $0 })
    var (oldRecall, oldPrecision, area, hits) = (0.0, 1.0, 0.0, 0.0)
    for (rank, flag) in flags.enumerated() {
        if flag { hits += 1 }
        let (recall, precision) = (hits / good, hits / Double(rank + 1))
        area += (recall - oldRecall) * (oldPrecision + precision) / 2
        (oldRecall, oldPrecision) = (recall, precision)
    }
    return area
}

private func hitPrecision(_ flags: [Bool]) -> Double {
    let ranks = flags.indices.filter { flags[$0] }
    return ranks.map { rank in Double(flags[...rank].count { $0 }) / Double(rank + 1) }.reduce(0, +)
        / Double(ranks.count)
}

@Suite("Retrieval metrics")
struct RetrievalMetricsTests {
    @Test(
        "Both average precisions of the specification's examples",
        arguments: [
            ("010", 0.25, 0.5), ("10101", 0.711111, 0.755556), ("011001", 0.427778, 0.555556), ("1", 1, 1),
            ("01", 0.25, 0.5),
        ])
    func examples(_ text: String, _ trapezoid: Double, _ hit: Double) {
        let result = RetrievalMetrics.evaluate(text.map { $0 == "1" })
        #expect(abs(result.trapezoidPrecision - trapezoid) < 5e-7)
        #expect(abs(result.hitPrecision - hit) < 5e-7)
    }

    @Test("Good, bad and junk")
    func isGood() {
        func verdict(_ person: Int, _ camera: Int) -> Bool? {
            RetrievalMetrics.isGood(
                queryPerson: 5, queryCamera: 2, galleryPerson: person, galleryCamera: camera)
        }
        #expect(verdict(5, 1) == true && verdict(5, 2) == nil)
        #expect(verdict(-1, 1) == nil && verdict(-1, 2) == nil)
        #expect(verdict(0, 1) == false && verdict(0, 2) == false && verdict(6, 2) == false)
    }

    @Test("Without cameras, which is camera 0, every picture of the person is good")
    func withoutCameras() {
        func verdict(_ person: Int) -> Bool? {
            RetrievalMetrics.isGood(queryPerson: 5, queryCamera: 0, galleryPerson: person, galleryCamera: 0)
        }
        #expect(verdict(5) == true && verdict(-1) == nil && verdict(0) == false && verdict(6) == false)
    }

    @Test("A thousand galleries with junk, distractors and ties agree with the definition")
    func bruteForce() {
        var unanswerable = 0
        for number in 0..<1000 {
            let search = Search(number: number)
            let (flags, found) = (search.flags, search.found)
            #expect(found.rankedCount == flags.count)
            #expect(found.goodCount == flags.count { $0 })
            #expect(found.firstGood == flags.firstIndex(of: true))
            guard let last = flags.lastIndex(of: true) else {
                unanswerable += 1
                #expect(found.trapezoidPrecision == 0 && found.hitPrecision == 0 && found.inversePenalty == 0)
                continue
            }
            #expect(abs(found.trapezoidPrecision - trapezoidPrecision(flags)) < 1e-12)
            #expect(abs(found.hitPrecision - hitPrecision(flags)) < 1e-12)
            #expect(abs(found.inversePenalty - Double(found.goodCount) / Double(last + 1)) < 1e-12)
        }
        #expect(unanswerable > 20 && unanswerable < 700)
    }

    @Test("The summary is the mean over answerable queries")
    func summary() {
        let searches = (0..<1000).map(Search.init)
        let lists = searches.map(\.flags).filter { $0.contains(true) }
        let summary = RetrievalSummary(searches.map(\.found))
        #expect((summary.queries, summary.unanswerable) == (lists.count, 1000 - lists.count))
        func mean(_ value: ([Bool]) -> Double) -> Double {
            lists.map(value).reduce(0, +) / Double(lists.count)
        }
        for (found, rank) in [
            (summary.rank1, 1), (summary.rank5, 5), (summary.rank10, 10), (summary.rank20, 20),
        ] {
            #expect(abs(found - mean { $0.prefix(rank).contains(true) ? 1 : 0 }) < 1e-12)
        }
        #expect(abs(summary.meanAveragePrecision - mean(trapezoidPrecision)) < 1e-12)
        #expect(abs(summary.meanHitPrecision - mean(hitPrecision)) < 1e-12)
        #expect(RetrievalSummary([]) == RetrievalSummary([RetrievalMetrics.QueryResult]()))
        #expect(RetrievalSummary([.init()]).unanswerable == 1 && RetrievalSummary([.init()]).rank1 == 0)
    }

    @Test("What chance reaches agrees with random orders")
    func chance() {
        let searches = (0..<40).map(Search.init)
        let results = searches.map(\.found).filter { $0.goodCount > 0 }
        let expected = RetrievalSummary.chance(searches.map(\.found))
        var random = RandomStream(seed: 2, .test)
        let rounds = 3000
        var (first, precision) = (0.0, 0.0)
        for _ in 0..<rounds {
            for result in results {
                let flags = random.permutation(result.rankedCount).map { $0 < result.goodCount }
                first += flags[0] ? 1 : 0
                precision += hitPrecision(flags)
            }
        }
        let count = Double(rounds * results.count)
        #expect(abs(expected.rank1 - first / count) < 0.005)
        #expect(abs(expected.meanAveragePrecision - precision / count) < 0.005)
        #expect(RetrievalSummary.chance([]) == (0, 0) && RetrievalSummary.chance([.init()]) == (0, 0))
        // All good, and one of one: nothing to lose.
        let sure = RetrievalSummary.chance([
            RetrievalMetrics.evaluate([true]), RetrievalMetrics.evaluate([true, true, true]),
        ])
        #expect(abs(sure.rank1 - 1) < 1e-12 && abs(sure.meanAveragePrecision - 1) < 1e-12)
    }
}

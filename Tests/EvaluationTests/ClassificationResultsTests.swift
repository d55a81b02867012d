import Foundation
import Tensors
import Testing

@testable import Evaluation

@Suite("Top-1, top-5 and cross-entropy")
struct ClassificationResultsTests {
    private func results(_ rows: [([Float], Int)]) -> ClassificationResults {
        var results = ClassificationResults(classes: rows[0].0.count)
        for (scores, target) in rows { scores.withUnsafeBufferPointer { results.add($0, target: target) } }
        return results
    }

    @Test("As a sorted list has them, on random scores with ties", arguments: 0..<20)
    func bruteForce(_ seed: Int) {
        var random = RandomStream(seed: UInt64(seed), .test)
        let classes = 2 + seed
        var rows: [([Float], Int)] = []
        for _ in 0..<50 {
            let scores: [Float] = (0..<classes).map { _ in (random.normal() * 3).rounded() }
            rows.append((scores, Int(random.nextWord()) % classes))
        }
        var (one, five, loss) = (0, 0, 0.0)
        for (scores, target) in rows {
            let order = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
            one += order[0] == target ? 1 : 0
            five += order.prefix(5).contains(target) ? 1 : 0
            let exponentials: [Double] = scores.map { exp(Double($0)) }
            loss -= log(exponentials[target] / exponentials.reduce(0, +))
        }
        let found = results(rows)
        #expect(found.top1Count == one && found.top5Count == five && found.pictures == 50)
        #expect(abs(found.loss - loss / 50) < 1e-9)
    }

    @Test("Scores that are no numbers are never right, large ones no overflow")
    func extremes() {
        let broken = results([([.nan, 1], 0), ([.nan, 1], 1), ([.infinity, 1], 0)])
        #expect(broken.top1Count == 0 && broken.pictures == 3)
        let large = results([([1e4, 0, -1e4], 0), ([1e4, 0, -1e4], 2)])
        #expect(large.top1 == 0.5 && large.loss == 1e4)
    }
}

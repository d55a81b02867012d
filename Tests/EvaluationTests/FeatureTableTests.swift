import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite("Feature table")
struct FeatureTableTests {
    @Test("Rows are stored with length 1, zeros stay zeros, and neighbours are left alone")
    func store() {
        let table = FeatureTable(width: 3, queries: 4, gallery: 2)
        table.queries.fill(9)
        let rows = TestTensor([2, 3], [3, 0, 4, 0, 0, 0])
        FeatureTable.store(rows.view, into: table.queries, from: 1)
        let expected: [Float] = [9, 9, 9, 0.6, 0, 0.8, 0, 0, 0, 9, 9, 9]
        #expect(zip(table.queries.array, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(rows.view.array == [3, 0, 4, 0, 0, 0])
        #expect(table.gallery.shape == Shape(2, 3))
    }

    @Test(
        "Shares of ranks cover everything once, and differ by one at most", arguments: [0, 1, 5, 100, 3368],
        1...7)
    func shares(_ count: Int, _ ranks: Int) {
        let shares = (0..<ranks).map { FeatureTable.share(count, rank: $0, of: ranks) }
        #expect(shares.flatMap { Array($0) } == Array(0..<count))
        let sizes = shares.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
}

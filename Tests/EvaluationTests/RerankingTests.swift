import Kernels
import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite("Re-ranking: its parts")
struct RerankingTests {
    @Test("Half of k1 is rounded to the even neighbour, as the published Python code does")
    func half() {
        let halves = (1...8).map { RerankingParameters(k1: $0).half }
        #expect(halves == [0, 1, 2, 2, 2, 3, 4, 4])
        #expect(RerankingParameters().listLength == 21 && RerankingParameters(k1: 3, k2: 9).listLength == 9)
    }

    @Test("Every picture has the rank that holds it", arguments: [0, 1, 2, 7, 50], 1...5)
    func owners(_ queries: Int, _ ranks: Int) {
        let shares = PictureShares(queryCount: queries, galleryCount: 23, ranks: ranks)
        var seen = Set<Int>()
        for rank in 0..<ranks {
            for number in shares.numbers(of: rank) {
                #expect(shares.owner(of: number) == rank)
                #expect(seen.insert(number).inserted)
            }
        }
        #expect(seen.count == shares.count)
    }

    @Test("The smallest values are kept, however they come")
    func smallest() {
        var random = RandomStream(seed: 3, .test)
        for count in [1, 2, 5, 40] {
            var kept = SmallestValues(count)
            #expect(kept.bound == .infinity)
            let values = (0..<30).map { _ in Float(random.below(20)) }
            for value in values { kept.add(value) }
            #expect(kept.bound == (count > 30 ? .infinity : values.sorted()[count - 1]))
        }
    }

    @Test("Reciprocal neighbours, and who extends them")
    func reciprocal() {
        // 0, 1, 2 are near one another; 3 has them nearest, but 0 and 1 do not have it.
        let neighbours = ReciprocalNeighbours(
            lists: [[0, 1, 2, 3], [1, 0, 2, 3], [2, 1, 0, 3], [3, 2, 1, 0]],
            parameters: RerankingParameters(k1: 2, k2: 1))
        #expect(neighbours.reciprocal(0, 2) == [0, 1, 2])
        #expect(neighbours.reciprocal(3, 2) == [3])
        #expect(neighbours.extended(0) == [0, 1, 2] && neighbours.extended(3) == [3])
    }

    @Test("Squared distances in double precision, one by one and four at a time", arguments: [1, 7, 8, 29, 64])
    func distances(_ width: Int) {
        var random = RandomStream(seed: 5, .test, index: UInt64(width))
        let a = TestTensor([6, width], (0..<6 * width).map { _ in random.normal() })
        let b = TestTensor([3, width], (0..<3 * width).map { _ in random.normal() })
        let (x, y) = (Matrix(a.view), Matrix(b.view))
        var found = 0
        RowDistances.forEach(x, y) { i, j, distance in
            let exact = (0..<width).reduce(0.0) { sum, k in
                let difference = Double(a.view[i * width + k]) - Double(b.view[j * width + k])
                return sum + difference * difference
            }
            #expect(abs(distance - exact) <= 1e-13 * exact)
            #expect(distance == RowDistances.squared(x, i, y, j) && distance == RowDistances.squared(y, j, x, i))
            found += 1
        }
        #expect(found == 18 && RowDistances.squared(x, 2, x, 2) == 0)
    }
}

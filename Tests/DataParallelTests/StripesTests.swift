import Testing

@testable import DataParallel

@Suite struct StripesTests {
    private static let grain = 100

    @Test(arguments: 1...5, [1, grain, 2 * grain + 1, 40_007, 1_000_000])
    func `Stripes lie side by side at multiples of the grain, those of all ranks in turn`(ranks: Int, count: Int) {
        let stripes = Stripes(count, grain: Self.grain, ranks: ranks)
        let own = (0..<ranks).map(stripes.of)
        #expect(own.map(\.count).reduce(0, +) == stripes.number)
        var end = 0
        for index in 0..<stripes.number {
            let stripe = own[index % ranks][index / ranks]
            #expect(stripe.lowerBound == end && stripe.lowerBound % Self.grain == 0 && !stripe.isEmpty)
            end = stripe.upperBound
        }
        #expect(end == count)
    }

    @Test(arguments: 1...5)
    func `Of whatever is behind a place, each rank has its share`(ranks: Int) {
        let count = 1_000_000, stripes = Stripes(count, grain: Self.grain, ranks: ranks)
        for place in stride(from: 0, to: count, by: 7919) {
            let shares = (0..<ranks).map { rank in
                stripes.of(rank).reduce(0) { $0 + max(0, $1.upperBound - max(place, $1.lowerBound)) }
            }
            // A stripe is a sixteenth of a rank's part at most.
            #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= count / (16 * ranks))
        }
    }

    @Test func `No stripe is longer than 4 M elements`() {
        let stripes = Stripes(1 << 30, grain: 1 << 14, ranks: 2).of(1)
        #expect(stripes.count(where: { $0.count == 4 << 20 }) == stripes.count)
    }
}

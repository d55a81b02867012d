import Tensors
import Testing

@testable import Training

@Suite("Sample stream")
struct SampleStreamTests {
    @Test("Every picture comes exactly once an epoch, and epochs differ in order", arguments: [1, 2, 7, 100])
    func epochs(_ pictures: Int) {
        var stream = SampleStream(seed: 3, pictures: pictures)
        let orders = (0..<6).map { epoch in
            (0..<pictures).map { stream.picture(at: UInt64(epoch * pictures + $0)) }
        }
        for order in orders { #expect(order.sorted() == Array(0..<pictures)) }
        if pictures > 6 { #expect(Set(orders).count == 6) }
        if pictures > 6 { #expect(!orders.contains(Array(0..<pictures))) }
    }

    @Test("Ranks and batches of any size cut the same stream", arguments: [(1, 5), (2, 6), (3, 9), (4, 64)])
    func layouts(_ ranks: Int, _ batch: Int) {
        let pictures = 23, steps = 40
        var whole = SampleStream(seed: 8, pictures: pictures)
        let expected = (0..<steps * batch / ranks * ranks).map { whole.picture(at: UInt64($0)) }
        var found = [Int](repeating: -1, count: expected.count)
        let share = batch / ranks
        for rank in 0..<ranks {
            // A rank asks for its own positions alone, with gaps between.
            var stream = SampleStream(seed: 8, pictures: pictures)
            for step in 0..<steps {
                for index in 0..<share {
                    let position = step * share * ranks + rank * share + index
                    if position < found.count { found[position] = stream.picture(at: UInt64(position)) }
                }
            }
        }
        #expect(found.prefix(steps * share * ranks) == expected.prefix(steps * share * ranks))
        let epochs = steps * share * ranks / pictures
        for epoch in 0..<epochs {
            #expect(found[epoch * pictures..<(epoch + 1) * pictures].sorted() == Array(0..<pictures))
        }
    }

    @Test("A stream does not depend on what was asked before")
    func noHistory() {
        var forwards = SampleStream(seed: 1, pictures: 11), backwards = SampleStream(seed: 1, pictures: 11)
        let positions = (0..<200).map { UInt64($0) }
        let one = positions.map { forwards.picture(at: $0) }
        let other = positions.reversed().map { backwards.picture(at: $0) }
        #expect(one == other.reversed())
        var late = SampleStream(seed: 1, pictures: 11)
        #expect((0..<11).contains(late.picture(at: 1 << 40)))
    }

    @Test("Another seed is another order and other flips")
    func seeds() {
        var one = SampleStream(seed: 1, pictures: 50), two = SampleStream(seed: 2, pictures: 50)
        #expect((0..<50).map { one.picture(at: $0) } != (0..<50).map { two.picture(at: $0) })
        #expect((0..<64).map { one.isMirrored(at: $0) } != (0..<64).map { two.isMirrored(at: $0) })
    }

    @Test("Flips are fair, have no memory, and belong to the position and not to the picture")
    func flips() {
        let stream = SampleStream(seed: 5, pictures: 10)
        let flips = (0..<20_000).map { stream.isMirrored(at: UInt64($0)) }
        #expect(abs(flips.count { $0 } - 10_000) < 350)
        for lag in [1, 2, 4, 10] {
            let same = zip(flips, flips.dropFirst(lag)).count { $0 == $1 }
            #expect(abs(same - 10_000) < 400, "lag \(lag)")
        }
        #expect(flips == (0..<20_000).map { SampleStream(seed: 5, pictures: 999).isMirrored(at: UInt64($0)) })
    }
}

internal import Synchronization

/// What is left of each thread's share of a loop.
///
/// A thread takes its own share from the front, half of what is left at a time, so that pieces get shorter towards the end;
/// then it takes over the back half of what another has left. So nobody waits for a slower thread longer than a short piece
/// takes. As in R. Blumofe and C. Leiserson, Scheduling multithreaded computations by work stealing, Journal of the ACM 46
/// (1999), with pieces as in C. Polychronopoulos and D. Kuck, Guided self-scheduling, IEEE Transactions on Computers 36 (1987).
final class WorkShares: @unchecked Sendable {
    private let count: Int

    /// Begin and end of each thread's rest in one word, each word on a cache line of its own.
    private let rests: UnsafeMutablePointer<Atomic<UInt64>>
    private static let apart = 8

    /// Pieces that are as long as this end at its multiples.
    private var grain = 1

    /// Shares of `count` threads, all empty.
    init(_ count: Int) {
        self.count = count
        rests = .allocate(capacity: count * Self.apart)
        for thread in 0..<count { (rests + thread * Self.apart).initialize(to: Atomic(0)) }
    }

    deinit {
        for thread in 0..<count { (rests + thread * Self.apart).deinitialize(count: 1) }
        rests.deallocate()
    }

    /// Gives each thread its part of 0 ..< `total`. No thread may be taking pieces.
    func deal(_ total: Int, grain: Int) {
        precondition(total <= UInt32.max, "a loop over \(total) units")
        self.grain = grain
        var low = 0
        for thread in 0..<count {
            let high = thread + 1 == count ? total : cut(total * (thread + 1) / count, after: low, total / count)
            store(low..<max(low, high), thread)
            low = max(low, high)
        }
    }

    /// The next piece for `thread`: of its own share, or of another's; nil where all are taken.
    func take(_ thread: Int) -> Range<Int>? {
        if let piece = takeFront(thread) { return piece }
        for distance in 1..<count {
            guard let piece = takeBack((thread + distance) % count) else { continue }
            // What was taken over is this thread's share now, which others may take over in turn.
            store(piece, thread)
            if let front = takeFront(thread) { return front }
        }
        return nil
    }

    private func takeFront(_ thread: Int) -> Range<Int>? {
        var rest = load(thread)
        while !rest.isEmpty {
            let size = (rest.count + 1) / 2
            let end = min(rest.upperBound, cut(rest.lowerBound + size, after: rest.lowerBound, size))
            guard let found = exchange(rest, end..<rest.upperBound, thread) else { return rest.lowerBound..<end }
            rest = found
        }
        return nil
    }

    private func takeBack(_ thread: Int) -> Range<Int>? {
        var rest = load(thread)
        while !rest.isEmpty {
            let size = (rest.count + 1) / 2
            let begin = min(rest.upperBound - 1, cut(rest.upperBound - size, after: rest.lowerBound, size))
            guard let found = exchange(rest, rest.lowerBound..<begin, thread) else { return begin..<rest.upperBound }
            rest = found
        }
        return nil
    }

    /// `place`, or the multiple of the grain that follows it where a piece of `size` units is long enough.
    private func cut(_ place: Int, after low: Int, _ size: Int) -> Int {
        size >= grain ? max(low, (place + grain - 1) / grain * grain) : place
    }

    private func load(_ thread: Int) -> Range<Int> { range(rests[thread * Self.apart].load(ordering: .acquiring)) }

    private func store(_ range: Range<Int>, _ thread: Int) {
        rests[thread * Self.apart].store(word(range), ordering: .releasing)
    }

    /// Nil where `new` has taken the place of `old`, else what is there.
    private func exchange(_ old: Range<Int>, _ new: Range<Int>, _ thread: Int) -> Range<Int>? {
        let (isDone, found) = rests[thread * Self.apart].compareExchange(
            expected: word(old), desired: word(new), ordering: .acquiringAndReleasing)
        return isDone ? nil : range(found)
    }

    private func word(_ range: Range<Int>) -> UInt64 { UInt64(range.lowerBound) | UInt64(range.upperBound) << 32 }

    private func range(_ word: UInt64) -> Range<Int> { Int(word & 0xFFFF_FFFF)..<Int(word >> 32) }
}

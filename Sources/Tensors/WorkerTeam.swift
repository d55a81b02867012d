internal import CSystem
internal import Foundation
internal import Synchronization

/// Threads that run the slices of one loop together, the caller among them.
///
/// Waking a sleeping thread costs 100-270 µs on a virtual machine, a kernel here takes less: the helpers spin for
/// some milliseconds after each region before they sleep. With more threads than processors they must not:
/// `spins` is then off.
public final class WorkerTeam: @unchecked Sendable {
    /// A team of the caller alone.
    public static let solo = WorkerTeam(1)

    /// How many threads share a region, the caller included.
    public let count: Int

    /// The helpers hold this and not the team: a team that nobody holds any more ends them.
    private let helpers: Helpers

    private let shares: WorkShares

    /// A team of `count` threads; `spins` where each has a processor of its own.
    public init(_ count: Int, spins: Bool = true) {
        precondition(count >= 1, "a team has at least one thread")
        // A long training drives some weights and moments towards zero: half the speed was lost to denormal numbers
        // (2026-11-23, weight decay 3e-4), on the caller's thread as on the helpers'.
        jcm_flush_denormals()
        self.count = count
        helpers = Helpers(count - 1, spins: spins)
        shares = WorkShares(count)
    }

    /// Ends the helpers and waits until they have left; no region may follow.
    public func stop() { helpers.stop() }

    deinit { stop() }

    /// Calls `body(0)` … `body(count - 1)`, each on a thread of its own, and returns when all are done.
    ///
    /// A team has one caller at a time: two would share their helpers.
    public func parallel(_ body: (Int) -> Void) {
        guard count > 1 else { return body(0) }
        helpers.parallel(body)
    }

    /// Cuts 0 ..< `total` into one range a thread, each a multiple of `grain` long but the last, and runs them.
    ///
    /// Where the total is too small to share, fewer threads get work. The cuts depend on the team's size only.
    public func ranges(_ total: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        let units = (total + grain - 1) / grain
        if units <= 1 || count == 1 {
            if total > 0 { body(0..<total) }
            return
        }
        parallel { thread in
            let low = min(total, units * thread / count * grain)
            let high = min(total, units * (thread + 1) / count * grain)
            if low < high { body(low..<high) }
        }
    }

    /// Runs `body(thread, piece)` for pieces that cover 0 ..< `total`, each once; long ones end at multiples of `grain`.
    ///
    /// Each thread begins with its own part, and helps the others when it is done: where the cuts fall depends on how fast the
    /// threads are, and no result may.
    public func pieces(_ total: Int, grain: Int = 1, _ body: (Int, Range<Int>) -> Void) {
        guard count > 1, total > 1 else {
            if total > 0 { body(0, 0..<total) }
            return
        }
        shares.deal(total, grain: grain)
        parallel { thread in
            while let piece = shares.take(thread) { body(thread, piece) }
        }
    }
}

/// The threads of a team beside its caller, and what they share with it.
private final class Helpers: @unchecked Sendable {
    private let count: Int
    private let spins: Bool
    private let generation = Atomic<Int>(0)
    private let running = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let condition = NSCondition()
    private var job: (@Sendable (Int) -> Void)?

    /// Loop turns of a spinning helper before it sleeps: about 3 ms.
    private static let patience = 100_000

    init(_ count: Int, spins: Bool) {
        (self.count, self.spins) = (count, spins)
        for index in 0..<count {
            let thread = Thread { self.work(index + 1) }
            thread.stackSize = 4 << 20
            thread.name = "jcm worker \(index + 1)"
            running.add(1, ordering: .relaxed)
            thread.start()
        }
        while running.load(ordering: .acquiring) > 0 { sched_yield() }
    }

    func stop() {
        guard count > 0, !stopped.load(ordering: .relaxed) else { return }
        // In this order: a helper that sees the end at once must find itself counted.
        running.store(count, ordering: .sequentiallyConsistent)
        stopped.store(true, ordering: .sequentiallyConsistent)
        condition.lock()
        condition.broadcast()
        condition.unlock()
        while running.load(ordering: .acquiring) > 0 { sched_yield() }
    }

    func parallel(_ body: (Int) -> Void) {
        precondition(!stopped.load(ordering: .relaxed), "a region on a team that was stopped")
        withoutActuallyEscaping(body) { escaping in
            nonisolated(unsafe) let shared = escaping
            let (isFree, busy) = running.compareExchange(
                expected: 0, desired: count, ordering: .acquiringAndReleasing)
            precondition(isFree, "a region on a team of which \(busy) helpers are in another region")
            job = { shared($0) }
            generation.add(1, ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                condition.lock()
                condition.broadcast()
                condition.unlock()
            }
            body(0)
            var turns = 0
            while running.load(ordering: .acquiring) > 0 {
                turns += 1
                if spins || turns < 100 { jcm_pause() } else { sched_yield() }
            }
            job = nil
        }
    }

    private func work(_ index: Int) {
        jcm_flush_denormals()
        var seen = 0
        running.subtract(1, ordering: .releasing)
        while true {
            var turns = 0
            while generation.load(ordering: .acquiring) == seen && !stopped.load(ordering: .relaxed) {
                turns += 1
                if turns < (spins ? Self.patience : 50) { jcm_pause() } else { sleep(after: seen) }
            }
            if stopped.load(ordering: .relaxed) { break }
            seen = generation.load(ordering: .acquiring)
            job?(index)
            running.subtract(1, ordering: .releasing)
        }
        running.subtract(1, ordering: .releasing)
    }

    private func sleep(after seen: Int) {
        condition.lock()
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen && !stopped.load(ordering: .relaxed) {
            condition.wait()
        }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        condition.unlock()
    }
}

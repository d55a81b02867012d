internal import CSystem
internal import Glibc
internal import Synchronization

/// How far each rank of a node has come, as a number that only grows and that all ranks see: the first one of each block of a
/// `NodeMemory`. What a rank wrote before it counted is there for who has seen the count.
struct NodeCounters {
    /// Bytes of a block that belong to its counter: two cache lines.
    static let bytes = 128

    private let rank: Int
    private let counters: [UnsafeMutablePointer<Atomic<Int>>]

    /// Polls after which a waiting rank lets others run.
    private static let patience = 4000

    /// The counters of `memory`, whose owner outlives them: a new block is zero, as one that never counted.
    init(_ memory: NodeMemory, rank: Int) {
        self.rank = rank
        counters = memory.blocks.map { $0.bindMemory(to: Atomic<Int>.self, capacity: 1) }
    }

    /// Says that this rank has come to `count`.
    func publish(_ count: Int) { counters[rank].pointee.store(count, ordering: .releasing) }

    /// Where the last rank is.
    var least: Int { counters.reduce(Int.max) { min($0, $1.pointee.load(ordering: .acquiring)) } }

    /// Returns when all ranks have come to `count`; calls `work` meanwhile, which says whether there was any.
    func wait(for count: Int, meanwhile work: () -> Bool) {
        for counter in counters {
            var polls = 0
            while counter.pointee.load(ordering: .acquiring) < count {
                if work() {
                    polls = 0
                    continue
                }
                polls += 1
                if polls < Self.patience { jcm_pause() } else { sched_yield() }
            }
        }
    }
}

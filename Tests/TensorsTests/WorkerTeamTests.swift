import Foundation
import Synchronization
import Tensors
import Testing

@Suite("Worker team", .serialized)
struct WorkerTeamTests {
    @Test("Every slice runs once, each on a thread of its own", arguments: 1...5, [true, false])
    func everySliceOnce(_ count: Int, _ spins: Bool) {
        let team = WorkerTeam(count, spins: spins)
        defer { team.stop() }
        // Threads that spin in turns on fewer processors take milliseconds a region.
        for _ in 0..<(spins && count > 2 ? 3 : 50) {
            let seen = Mutex<[(slice: Int, thread: UInt)]>([])
            team.parallel { slice in
                let thread = UInt(bitPattern: Unmanaged.passUnretained(Thread.current).toOpaque())
                seen.withLock { $0.append((slice, thread)) }
            }
            let found = seen.withLock { $0 }
            #expect(found.map(\.slice).sorted() == Array(0..<count))
            #expect(Set(found.map(\.thread)).count == count)
        }
    }

    @Test("Slice 0 runs on the caller's thread")
    func callerTakesPart() {
        let team = WorkerTeam(3, spins: false)
        defer { team.stop() }
        let caller = UInt(bitPattern: Unmanaged.passUnretained(Thread.current).toOpaque())
        let first = Atomic<UInt>(0)
        team.parallel { slice in
            guard slice == 0 else { return }
            first.store(
                UInt(bitPattern: Unmanaged.passUnretained(Thread.current).toOpaque()), ordering: .relaxed)
        }
        #expect(first.load(ordering: .relaxed) == caller)
    }

    @Test("Ranges cover everything once and are cut at multiples of the grain", arguments: 1...5)
    func ranges(_ count: Int) {
        let team = WorkerTeam(count, spins: false)
        defer { team.stop() }
        for total in [0, 1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 1000] {
            for grain in [1, 2, 5, 16, 64] {
                let seen = Mutex<[Range<Int>]>([])
                team.ranges(total, grain: grain) { range in seen.withLock { $0.append(range) } }
                let found = seen.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
                #expect(found.flatMap { Array($0) } == Array(0..<total), "\(total) in grains of \(grain)")
                #expect(found.count <= count && found.allSatisfy { !$0.isEmpty })
                #expect(found.allSatisfy { $0.lowerBound % grain == 0 })
                let units = found.map { ($0.count + grain - 1) / grain }
                if found.count == count { #expect(units.max()! - units.min()! <= 1, "uneven cuts \(found)") }
            }
        }
    }

    @Test("Pieces cover everything once, and long ones end at multiples of the grain", arguments: 1...5)
    func pieces(_ count: Int) {
        let team = WorkerTeam(count, spins: false)
        defer { team.stop() }
        for total in [0, 1, 2, 3, 5, 17, 64, 1000] {
            for grain in [1, 3, 16, 200] {
                let seen = Mutex<[(thread: Int, piece: Range<Int>)]>([])
                team.pieces(total, grain: grain) { thread, piece in seen.withLock { $0.append((thread, piece)) } }
                let found = seen.withLock { $0.sorted { $0.piece.lowerBound < $1.piece.lowerBound } }
                #expect(found.flatMap { Array($0.piece) } == Array(0..<total), "\(total) in grains of \(grain)")
                #expect(found.allSatisfy { !$0.piece.isEmpty && (0..<count).contains($0.thread) })
                let ends = found.filter { $0.piece.count > grain }.map(\.piece.upperBound)
                #expect(ends.allSatisfy { $0 % grain == 0 || $0 == total }, "\(total) in grains of \(grain): \(ends)")
            }
        }
    }

    @Test("Threads that are done take over what a slow one has left")
    func slowThread() {
        let team = WorkerTeam(3, spins: false), total = 300
        defer { team.stop() }
        let counts = Mutex([0, 0, 0])
        let others = Atomic<Int>(0)
        team.pieces(total) { thread, piece in
            counts.withLock { $0[thread] += piece.count }
            guard thread == 0 else {
                others.add(piece.count, ordering: .sequentiallyConsistent)
                return
            }
            // Its first piece lasts until the others have done all the rest.
            while others.load(ordering: .sequentiallyConsistent) < total - piece.count { sched_yield() }
        }
        let found = counts.withLock { $0 }
        #expect(found[0] <= 50 && found.reduce(0, +) == total, "\(found)")
    }

    @Test(
        "What was written before a region is seen in it, and what it wrote after it",
        arguments: [true, false])
    func manyRegionsInARow(_ spins: Bool) {
        let team = WorkerTeam(spins ? 2 : 3, spins: spins)
        defer { team.stop() }
        let count = 300
        let values = UnsafeMutablePointer<Int>.allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        defer { values.deallocate() }
        nonisolated(unsafe) let shared = values
        for round in 1...1500 {
            shared[round % count] += 1
            team.ranges(count) { for index in $0 { shared[index] += 1 } }
        }
        #expect((0..<count).allSatisfy { values[$0] == 1505 })
    }

    @Test(
        "Helpers that fell asleep wake up, and another team may work inside a region",
        arguments: [true, false])
    func afterSleeping(_ spins: Bool) {
        let team = WorkerTeam(3, spins: spins), inner = WorkerTeam(2, spins: false)
        defer {
            team.stop()
            inner.stop()
        }
        for pause in [0, 0.001, 0.02, 0.1] {
            Thread.sleep(forTimeInterval: pause)
            let sum = Atomic<Int>(0)
            team.parallel { slice in
                if slice == 0 { inner.parallel { sum.add(10 << $0, ordering: .relaxed) } }
                sum.add(1 << slice, ordering: .relaxed)
            }
            #expect(sum.load(ordering: .relaxed) == 7 + 30)
        }
    }

    @Test("A team stops at any time, twice, asleep or awake, and when it is let go of")
    func stop() {
        for count in 2...4 {
            for _ in 0..<100 { WorkerTeam(count, spins: false).stop() }
        }
        for count in 1...5 {
            for pause in [0, 0.03] {
                let team = WorkerTeam(count, spins: pause == 0)
                team.parallel { _ in }
                Thread.sleep(forTimeInterval: pause)
                team.stop()
                team.stop()
            }
        }
        weak var released: WorkerTeam?
        do {
            let team = WorkerTeam(3, spins: false)
            team.parallel { _ in }
            released = team
        }
        #expect(released == nil, "the helpers keep their team alive")
    }

    @Test("A region on a stopped team ends the program instead of waiting for ever")
    func regionAfterStop() async {
        await #expect(processExitsWith: .failure) {
            let team = WorkerTeam(2)
            team.stop()
            team.parallel { _ in }
        }
    }
}

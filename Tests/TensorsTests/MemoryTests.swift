import Tensors
import Testing

@Suite("Arena")
struct ArenaTests {
    @Test("Reserved tensors begin on cache lines, are zero and do not overlap")
    func reserve() {
        let arena = Arena("test")
        let slots = [Shape(3), Shape(16), Shape(2, 9), Shape(1)].map(arena.reserve)
        #expect(slots.map(\.offset) == [0, 16, 32, 64])
        #expect(arena.reservedCount == 80 && arena.bytes == 320)
        #expect(!arena.isCommitted)
        arena.commit()
        #expect(arena.isCommitted)
        #expect(arena.whole.array.allSatisfy { $0 == 0 })
        #expect(UInt(bitPattern: arena.whole.pointer) % 64 == 0)
        for (index, slot) in slots.enumerated() { slot.tensor.fill(Float(index + 1)) }
        #expect(slots.map { $0.tensor.array.reduce(0, +) } == [3, 32, 54, 4])
        #expect(arena.whole.array.reduce(0, +) == 93)
        #expect(slots[2].prefix(1).shape == Shape(1, 9))
        #expect(arena.range(32..<50).array == [Float](repeating: 3, count: 18))
    }

    @Test("An arena of some megabytes is zero to its end")
    func large() {
        let arena = Arena("test")
        let slot = arena.reserve(Shape(3 << 20))
        arena.commit()
        #expect(slot.tensor.array.allSatisfy { $0 == 0 })
    }

    @Test("An arena that moved lies in the memory it was given, and holds its owner")
    func move() {
        final class Owner {
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: 32)
            let ended: () -> Void
            init(_ ended: @escaping () -> Void) { self.ended = ended }
            deinit {
                memory.deallocate()
                ended()
            }
        }
        var hasEnded = false
        do {
            let arena = Arena("test")
            let slots = [Shape(3), Shape(16)].map(arena.reserve)
            arena.commit()
            let owner = Owner { hasEnded = true }
            arena.move(to: owner.memory, heldBy: owner)
            slots[1].tensor.fill(5)
            #expect(owner.memory[16] == 5 && slots[1].tensor.pointer == owner.memory + 16)
            #expect(!hasEnded)
        }
        #expect(hasEnded)
    }

    @Test("An empty arena can be committed")
    func empty() {
        let arena = Arena("test")
        arena.commit()
        #expect(arena.whole.count == 0)
    }

    @Test("Using before and reserving after the commit, and a second commit, end the program")
    func preconditions() async {
        await #expect(processExitsWith: .failure) {
            let arena = Arena("test")
            _ = arena.reserve(Shape(1)).tensor
        }
        await #expect(processExitsWith: .failure) {
            let arena = Arena("test")
            arena.commit()
            _ = arena.reserve(Shape(1))
        }
        await #expect(processExitsWith: .failure) {
            let arena = Arena("test")
            arena.commit()
            arena.commit()
        }
    }
}

@Suite("Scratch")
struct ScratchTests {
    /// Nested use of different sizes; every level checks that the deeper ones left its elements alone.
    private func round(_ scratch: Scratch) {
        scratch.with(Shape(10)) { a in
            a.fill(1)
            for size in [5, 1000, 40_000] {
                scratch.with(Shape(size), Shape(3, 7)) { b, c in
                    b.fill(2)
                    c.fill(3)
                    scratch.with(Shape(100_000)) { $0.fill(4) }
                    #expect(b.array.allSatisfy { $0 == 2 })
                    #expect(c.shape == Shape(3, 7) && c.array.allSatisfy { $0 == 3 })
                }
                #expect(a.array.allSatisfy { $0 == 1 })
            }
        }
    }

    @Test("Nested blocks do not overlap, and nothing grows after the first round")
    func nesting() {
        let scratch = Scratch()
        #expect(scratch.bytes == 0)
        round(scratch)
        round(scratch)
        let settled = scratch.bytes
        #expect(settled == (16 + 40_000 + 32 + 100_000) * 4)
        for _ in 0..<5 { round(scratch) }
        #expect(scratch.bytes == settled)
    }

    @Test("Memory is released when a body throws")
    func throwing() {
        struct Failure: Error {}
        let scratch = Scratch()
        scratch.with(Shape(64)) { _ in }
        for _ in 0..<100 { _ = try? scratch.with(Shape(64)) { _ in throw Failure() } }
        #expect(scratch.bytes == 256)
    }

    @Test("A body's result is handed on, and blocks begin on cache lines")
    func result() {
        let scratch = Scratch()
        let addresses = scratch.with(Shape(3), Shape(5)) { a, b in
            [a, b].map { UInt(bitPattern: $0.pointer) % 64 }
        }
        #expect(addresses == [0, 0])
    }
}

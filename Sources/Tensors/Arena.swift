internal import Synchronization

/// One block of memory in which layers reserve their tensors before any exists.
///
/// First everything is reserved, then `commit()` takes the memory at once: the size of a model is known, and can be
/// printed, without a byte of it; and a step allocates nothing.
public final class Arena {
    /// What the block is for, in messages.
    public let name: String

    private var block: FloatBlock?
    private var owner: AnyObject?
    private var base: UnsafeMutablePointer<Float>?
    private var reserved = 0

    /// Floats to which each reservation is rounded up: one cache line.
    private static let alignment = 16

    /// An empty arena.
    public init(_ name: String) { self.name = name }

    deinit { block?.free() }

    /// Reserves room for `shape`; the tensor exists from `commit()` on.
    public func reserve(_ shape: Shape) -> Slot {
        precondition(base == nil, "arena \(name): reserved after commit")
        defer { reserved += (shape.count + Self.alignment - 1) / Self.alignment * Self.alignment }
        return Slot(arena: self, offset: reserved, shape: shape)
    }

    /// Takes the memory, all zero; the system gives pages of it when they are first written.
    public func commit() {
        precondition(base == nil, "arena \(name): committed twice")
        // Adam goes through four arenas side by side. Were they a power of two apart, their lines would meet in few sets of
        // the caches: the pass took three times as long with arrays of 256 MB (Zen 4, 2026-11-24).
        let shift = Self.stagger * (Self.commits.add(1, ordering: .relaxed).oldValue % Self.staggers)
        let memory = FloatBlock(max(reserved, 1) + shift)
        (block, base) = (memory, memory.base + shift)
    }

    /// Moves to memory of at least `bytes` at `base`, which `owner` holds; what was in the arena is lost.
    ///
    /// Tensors that were taken before point to memory that is gone.
    public func move(to base: UnsafeMutablePointer<Float>, heldBy owner: AnyObject) {
        precondition(isCommitted, "arena \(name): moved before commit")
        block?.free()
        (block, self.base, self.owner) = (nil, base, owner)
    }

    private static let commits = Atomic<Int>(0)

    /// Floats by which each arena begins later than the one before (69 KB), and after how many it begins anew.
    private static let stagger = 17_664, staggers = 15

    /// Whether `commit()` was called.
    public var isCommitted: Bool { base != nil }

    /// Floats reserved so far, padding included: the offset of what is reserved next.
    public var reservedCount: Int { reserved }

    /// The size of the block, in bytes.
    public var bytes: Int { reserved * MemoryLayout<Float>.stride }

    /// All of it, as one row.
    public var whole: Tensor { tensor(0, Shape(reserved)) }

    /// Floats `range` of it.
    public func range(_ range: Range<Int>) -> Tensor { whole.slice(range) }

    fileprivate func tensor(_ offset: Int, _ shape: Shape) -> Tensor {
        guard let base else { preconditionFailure("arena \(name): used before commit") }
        return Tensor(base + offset, shape)
    }
}

/// A place in an arena.
public struct Slot {
    fileprivate let arena: Arena

    /// The first float's index in the arena.
    public let offset: Int

    /// The extents of the tensor.
    public let shape: Shape

    /// The tensor, once the arena is committed.
    public var tensor: Tensor { arena.tensor(offset, shape) }

    /// The tensor with its outermost extent cut down to `rows`.
    public func prefix(_ rows: Int) -> Tensor { tensor.prefix(rows) }

    /// The slot's first floats as one row for each row of `input`, under its outer extents: of [N, L, D] for [N, L, I] a
    /// prefix, for [R, I] rows one behind the other.
    public func shaped(like input: Tensor) -> Tensor {
        let wanted = input.shape.withLast(shape.last)
        precondition(wanted.count <= shape.count, "\(wanted) in the place of \(shape)")
        return arena.tensor(offset, wanted)
    }
}

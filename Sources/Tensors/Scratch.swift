/// Memory for intermediate results that live no longer than a call: a stack, marked and released.
///
/// The first step finds out how much is needed; from then on nothing is allocated. Not for use from several threads
/// at once: take one block for all threads, and cut it.
public final class Scratch {
    private struct Chunk {
        let block: FloatBlock
        var used = 0

        init(_ count: Int) { block = FloatBlock(count) }

        var capacity: Int { block.count }
    }

    private var chunks: [Chunk] = []
    private var inUse = 0
    private var peak = 0

    /// An empty stack.
    public init() {}

    deinit { for chunk in chunks { chunk.block.free() } }

    /// The size of what was allocated, in bytes.
    public var bytes: Int { chunks.reduce(0) { $0 + $1.capacity } * MemoryLayout<Float>.stride }

    /// Gives `body` room for `shape`, with arbitrary content, for as long as it runs.
    public func with<Result>(_ shape: Shape, _ body: (Tensor) throws -> Result) rethrows -> Result {
        let count = (shape.count + 15) / 16 * 16
        if inUse == 0 { mergeChunks() }
        let index = chunks.lastIndex { $0.capacity - $0.used >= count } ?? appendChunk(count)
        let start = chunks[index].used
        chunks[index].used += count
        inUse += count
        peak = max(peak, inUse)
        defer {
            chunks[index].used = start
            inUse -= count
        }
        return try body(Tensor(chunks[index].block.base + start, shape))
    }

    /// Gives `body` two tensors for as long as it runs.
    public func with<Result>(
        _ first: Shape, _ second: Shape, _ body: (Tensor, Tensor) throws -> Result
    ) rethrows -> Result {
        try with(first) { a in try with(second) { b in try body(a, b) } }
    }

    /// Adds a chunk in the place of those at the end that nobody uses: until the chunks are merged, requests that grow
    /// would else leave a trail of them.
    private func appendChunk(_ count: Int) -> Int {
        while let last = chunks.last, last.used == 0 {
            last.block.free()
            chunks.removeLast()
        }
        chunks.append(Chunk(count))
        return chunks.count - 1
    }

    /// Several chunks that an earlier call needed become one that holds all of them.
    private func mergeChunks() {
        guard chunks.count > 1 else { return }
        for chunk in chunks { chunk.block.free() }
        chunks = [Chunk(peak)]
    }
}

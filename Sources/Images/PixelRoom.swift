/// Memory that pictures are decoded into, one after another: taken once, and again only for a larger picture.
final class PixelRoom {
    private var memory = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    /// What is given back once smaller pictures follow: one giant must not hold its memory for ever.
    private static let large = 64 << 20

    deinit { memory.deallocate() }

    /// Room for `count` bytes, of undefined content; what was there before is gone.
    func take(_ count: Int) -> UnsafeMutableBufferPointer<UInt8> {
        if memory.count < count || memory.count > Self.large && count < memory.count / 4 {
            let next = memory.count < count ? max(count, min(2 * memory.count, Self.large)) : count
            memory.deallocate()
            memory = .allocate(capacity: next)
        }
        return UnsafeMutableBufferPointer(rebasing: memory[..<count])
    }

    /// The first `count` bytes of what was taken last.
    func bytes(_ count: Int) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }
}

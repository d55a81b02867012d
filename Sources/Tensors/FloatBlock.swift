internal import Glibc

/// Zeroed floats straight from the system, in huge pages where it grants them.
///
/// A page takes room when it is first written, not before: what a pass never touches (gradients and the products before
/// normalisation, in inference) costs nothing.
struct FloatBlock {
    /// The first float, at the begin of a page.
    let base: UnsafeMutablePointer<Float>

    /// Number of floats.
    let count: Int

    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int

    /// Huge pages are 2 MB; a block that holds some of them begins with one.
    private static let hugePage = 2 << 20

    /// A block of `count` floats.
    init(_ count: Int) {
        let bytes = max(4096, (count * MemoryLayout<Float>.stride + 4095) / 4096 * 4096)
        let slack = bytes >= 2 * Self.hugePage ? Self.hugePage : 0
        let memory = mmap(nil, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { fatalError("no memory for \(bytes >> 20) MB") }
        let start = slack == 0 ? memory : memory.alignedUp(toMultipleOf: Self.hugePage)
        madvise(start, bytes, MADV_HUGEPAGE)
        base = start.bindMemory(to: Float.self, capacity: count)
        (self.count, mapping, mappedBytes) = (count, memory, bytes + slack)
    }

    /// Gives the memory back.
    func free() { munmap(mapping, mappedBytes) }
}

extension UnsafeMutableRawPointer {
    fileprivate func alignedUp(toMultipleOf alignment: Int) -> UnsafeMutableRawPointer {
        self + (alignment - Int(bitPattern: self) % alignment) % alignment
    }
}

internal import CSystem
internal import Foundation
internal import Glibc
public import MPI

/// A block of memory on each rank of a node that all ranks of the node read and write.
///
/// Each rank makes a file in memory that has no name anywhere, and maps the others' through `/proc`: nothing is left
/// behind by a job that is killed, and the size of `/dev/shm` does not matter. The blocks begin at pages and are zero.
public final class NodeMemory {
    /// The ranks' blocks, this rank's own among them.
    public let blocks: [UnsafeMutableRawPointer]

    /// The size of each, in bytes.
    public let bytes: Int

    private let mappings: [SharedMapping]

    /// A block of `bytes` on each rank of `node`; collective.
    ///
    /// Nil on all ranks where one of them cannot have it: ranks in containers of their own, no `/proc`.
    public init?(_ node: Communicator, bytes: Int) throws(MPIError) {
        let token = UInt64.random(in: 1...UInt64.max)
        let own = SharedMapping(newOf: bytes, token: token)
        let processes = try node.allGather(Int64(own == nil ? -1 : getpid()))
        let files = try node.allGather(Int64(own?.file ?? -1))
        let tokens = try node.allGather(Int64(bitPattern: token))
        let mappings = (0..<node.count).map { rank -> SharedMapping? in
            if rank == node.rank { return own }
            guard processes[rank] > 0 else { return nil }
            return SharedMapping(
                "/proc/\(processes[rank])/fd/\(files[rank])", bytes, token: UInt64(bitPattern: tokens[rank]))
        }
        let found = mappings.compactMap { $0 }
        // Nobody closes a file before all have mapped it.
        let isWhole = try node.allReduce(Int64(found.count == node.count ? 1 : 0), .minimum) == 1
        for mapping in found { mapping.closeFile() }
        guard isWhole else { return nil }
        (self.mappings, self.bytes, blocks) = (found, bytes, found.map(\.base))
    }

    /// Puts huge pages, where the system has any, under bytes `range` of the block of rank `rank`, for all ranks; what is in
    /// there stays. To be called by the rank that is to have the memory near it. Returns how many it got.
    ///
    /// By default systems give shared memory small pages only, and each needs an entry of its own in the core's tables.
    @discardableResult
    public func joinPages(_ range: Range<Int>, ofRank rank: Int) -> Int { mappings[rank].joinPages(range) }
}

/// One rank's block as this process sees it; behind it lies a page with a token that tells it from any other file.
private final class SharedMapping {
    let base: UnsafeMutableRawPointer
    private(set) var file: Int32
    private let length: Int
    private let room: UnsafeMutableRawPointer

    private static let page = 4096, hugePage = 2 << 20

    /// A new block.
    convenience init?(newOf bytes: Int, token: UInt64) {
        let file = jcm_memory_file("jcm")
        guard file >= 0 else { return nil }
        let length = Self.length(bytes)
        guard ftruncate(file, off_t(length)) == 0 else {
            close(file)
            return nil
        }
        self.init(file, length)
        (base + length - Self.page).storeBytes(of: token, as: UInt64.self)
    }

    /// Another rank's block, where it holds the token that this rank named.
    convenience init?(_ path: String, _ bytes: Int, token: UInt64) {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return nil }
        let length = Self.length(bytes)
        var status = stat()
        guard fstat(file, &status) == 0, Int(status.st_size) == length else {
            close(file)
            return nil
        }
        self.init(file, length)
        guard (base + length - Self.page).load(as: UInt64.self) == token else { return nil }
    }

    private init?(_ file: Int32, _ length: Int) {
        // A room of addresses in which the block can begin with a huge page; what is left of it stays reserved.
        let room = mmap(nil, length + Self.hugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let room, room != MAP_FAILED else {
            close(file)
            return nil
        }
        let place = room.alignedUp(toMultipleOf: Self.hugePage)
        let memory = mmap(place, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0)
        guard let memory, memory != MAP_FAILED else {
            munmap(room, length + Self.hugePage)
            close(file)
            return nil
        }
        (base, self.file, self.length, self.room) = (memory, file, length, room)
    }

    /// Huge pages for all that they cover of `range`, within the block; how many there are. Without them, small pages do the
    /// same, slower.
    func joinPages(_ range: Range<Int>) -> Int {
        guard !range.isEmpty else { return 0 }
        let size = Self.hugePage
        return stride(from: range.lowerBound / size * size, to: range.upperBound, by: size).count { first in
            first + size <= length && jcm_join_pages(base + first, UInt(size)) != 0
        }
    }

    deinit {
        closeFile()
        munmap(room, length + Self.hugePage)
    }

    /// The mapping stays.
    func closeFile() {
        if file >= 0 { close(file) }
        file = -1
    }

    /// The block and its token's page; a block that holds a huge page ends with one, the rest takes no room.
    private static func length(_ bytes: Int) -> Int {
        let unit = bytes < hugePage ? page : hugePage
        return (bytes + page + unit - 1) / unit * unit
    }
}

public import MPI
public import Tensors

/// Every rank holds the same parameters: how they come to be the same, and how it is known that they still
/// are.
public enum Replication {
    /// Gives every rank the content of `buffer` on rank `root`.
    public static func broadcast(_ buffer: Tensor, root: Int = 0, over communicator: Communicator)
        throws(MPIError)
    {
        try communicator.broadcast(
            UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), root: root)
    }

    /// Compares the ranks' fingerprints of `buffer`: 16 bytes and one all-reduce where they agree.
    ///
    /// - Returns: the common fingerprint.
    /// - Throws: `ReplicaMismatch` on every rank, with the ranks that differ from most; `MPIError`.
    @discardableResult
    public static func verify(
        _ buffer: Tensor, named name: String, over communicator: Communicator, team: WorkerTeam
    ) throws -> UInt64 {
        let own = BufferHash.hash(buffer, team: team)
        let key = Int64(bitPattern: own)
        var extremes = [key, ~key]  // the least of the complement is the complement of the greatest
        try communicator.allReduce(&extremes, .minimum)
        guard extremes[0] != ~extremes[1] else { return own }
        throw ReplicaMismatch(
            name: name, checksums: try communicator.allGather(key).map { UInt64(bitPattern: $0) })
    }
}

/// Ranks hold different bits where all must hold the same.
public struct ReplicaMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// What differs: `parameters`.
    public let name: String

    /// Each rank's fingerprint.
    public let checksums: [UInt64]

    /// The ranks that do not hold what most hold; where no value has more ranks than another, rank 0's or the
    /// first.
    public var ranks: [Int] {
        var votes: [UInt64: Int] = [:]
        for checksum in checksums { votes[checksum, default: 0] += 1 }
        let most = votes.values.max() ?? 0
        let common = checksums.first { votes[$0] == most }
        return checksums.indices.filter { checksums[$0] != common }
    }

    /// One line: which ranks differ, and what helps.
    public var description: String {
        let list = ranks.map(String.init).joined(separator: ", ")
        let common = checksums.indices.first { !ranks.contains($0) } ?? 0
        return "the \(name) differ between ranks: rank \(list) holds other bits than rank \(common) "
            + "(\(hexadecimal(checksums[ranks.first ?? 0])), expected \(hexadecimal(checksums[common]))); "
            + "resume from the last checkpoint, and suspect the memory of those hosts"
    }

    private func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

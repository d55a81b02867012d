internal import CMPI

/// What an MPI call returned instead of success, in the library's own words.
public struct MPIError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call: `MPI_Allreduce`.
    public let operation: String

    /// The library's error code.
    public let code: Int32

    /// The library's text for it: `MPI_ERR_TRUNCATE: message truncated`.
    public let text: String

    /// The rank that saw it, in the communicator of the call.
    public let rank: Int

    /// The number of ranks of that communicator.
    public let count: Int

    /// The host that saw it.
    public let host: String

    /// `MPI_Recv failed on rank 1 of 4, host n2: MPI_ERR_TRUNCATE: message truncated`.
    public var description: String {
        "\(operation) failed on rank \(rank) of \(count), host \(host): \(text)"
    }

    /// The library's text for an error code.
    static func text(of code: Int32) -> String {
        var length: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(MPI_MAX_ERROR_STRING)) { buffer, used in
            buffer.withMemoryRebound(to: CChar.self) { _ = MPI_Error_string(code, $0.baseAddress!, &length) }
            used = Int(length)
        }
        return bytes.isEmpty ? "error \(code)" : String(decoding: bytes, as: UTF8.self)
    }
}

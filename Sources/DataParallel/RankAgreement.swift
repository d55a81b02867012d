public import MPI

/// A small number on which all ranks agree at each step: whether to stop, because some rank was asked to.
///
/// One all-reduce of 8 bytes a call. A signal reaches the ranks at different steps; the maximum makes all act
/// on it at the same one.
public struct RankAgreement: Sendable {
    private let communicator: Communicator

    /// An agreement between the ranks of `communicator`.
    public init(over communicator: Communicator) { self.communicator = communicator }

    /// The largest of the ranks' values.
    public func maximum(of value: Int) throws(MPIError) -> Int {
        Int(try communicator.allReduce(Int64(value), .maximum))
    }

    /// Whether any rank says so.
    public func any(_ flag: Bool) throws(MPIError) -> Bool { try maximum(of: flag ? 1 : 0) > 0 }
}

extension Communicator {
    /// Lets all ranks go on only if none has failed; to be called at the end of a phase, by every rank.
    ///
    /// A phase that fails on all ranks for one reason (a wrong recipe, a missing file) prints one line, that
    /// of the lowest failing rank, and not one a rank.
    ///
    /// - Returns: the value of this rank's phase.
    /// - Throws: `CollectiveFailure` on every rank, with the exit code of the printed error; `MPIError`.
    @discardableResult
    public func agree<Value>(on result: Result<Value, any Error>) throws -> Value {
        var failure: (any Error)?
        if case .failure(let error) = result { failure = error }
        let lowest = Int(try allReduce(Int64(failure == nil ? count : rank), .minimum))
        guard lowest < count else { return try result.get() }
        if rank == lowest, let failure, !(failure is CollectiveFailure) { report(failure) }
        let code = try broadcast(Int64(failure.map(exitCode(of:)) ?? 1), root: lowest)
        let words = (failure as? CollectiveFailure)?.message ?? failure.map { "\($0)" }
        let message = try broadcast(words ?? "", root: lowest)
        throw CollectiveFailure(exitCode: Int32(code), rank: lowest, coversJob: count == worldCount, message: message)
    }

    /// Runs a phase on every rank, and lets all go on only if none has failed; `phase` speaks with no other
    /// rank.
    @discardableResult
    public func agree<Value>(_ phase: () throws -> Value) throws -> Value {
        try agree(on: Result(catching: phase))
    }
}

/// An error that knows with which code the job should end because of it; other errors end it with 1.
public protocol ExitCodeProviding: Error {
    /// The exit code of the job, 1…255.
    var exitCode: Int32 { get }
}

/// A failure that all ranks of a communicator know of, and that one of them has printed already.
public struct CollectiveFailure: ExitCodeProviding, Equatable, Sendable, CustomStringConvertible {
    /// The code of the error that was printed.
    public let exitCode: Int32

    /// The lowest failing rank, in the communicator that agreed.
    public let rank: Int

    /// Whether every rank of the job throws it, so that all can leave in order.
    public let coversJob: Bool

    /// What was printed of it, without the rank.
    public let message: String

    package init(exitCode: Int32, rank: Int, coversJob: Bool, message: String = "") {
        self.exitCode = exitCode
        self.rank = rank
        self.coversJob = coversJob
        self.message = message
    }

    /// One line; not to be printed again at the end of the job.
    public var description: String { "rank \(rank) failed, as reported above" }
}

/// The exit code that an error asks for, never 0.
func exitCode(of error: any Error) -> Int32 {
    guard let code = (error as? any ExitCodeProviding)?.exitCode else { return 1 }
    return (1...255).contains(code) ? code : 1
}

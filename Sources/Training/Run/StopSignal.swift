internal import Glibc
internal import Synchronization

/// Whether someone asked the run to stop: SIGUSR1 (which mpirun forwards to all ranks), SIGTERM, or Ctrl-C.
///
/// The handler sets a flag and nothing else; each step looks at it, and all ranks agree.
enum StopSignal {
    private static let flag = Atomic<Bool>(false)

    /// Listens from now on.
    static func listen() {
        let handler: @convention(c) (Int32) -> Void = { _ in StopSignal.flag.store(true, ordering: .relaxed) }
        signal(SIGUSR1, handler)
        signal(SIGTERM, handler)
        // A second Ctrl-C ends the process at once.
        signal(SIGINT) { _ in
            StopSignal.flag.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// Whether a signal has come.
    static var isRaised: Bool { flag.load(ordering: .relaxed) }
}

internal import CMPI
internal import Glibc

/// The life of MPI in this process: begun once, ended once, with everything that speaks in between.
public enum MPIRuntime {
    /// Runs `body` with the communicator of all ranks, and ends MPI after it.
    ///
    /// Works under `mpirun`, under `srun --mpi=pmix`, and without either as a job of one rank. What `body`
    /// makes of communicators must be gone when it returns. Where it throws, `run` does not return:
    /// * a `CollectiveFailure` of the whole job was printed already: all ranks leave in order with its code;
    /// * any other error becomes one line on stderr, `jcm: rank 1 on n2: …`, and the job is aborted at once
    ///   with the error's code: other ranks may wait for this one, so that an orderly end could wait for
    ///   ever.
    public static func run<Value>(_ body: (Communicator) throws -> Value) -> Value {
        let world: Communicator
        do throws(MPIError) { world = try start() } catch {
            writeLine("jcm: \(error)")
            exit(1)
        }
        do {
            let value = try body(world)
            finish()
            return value
        } catch {
            leave(after: error, world)
        }
    }

    /// Begins MPI, for programs that cannot be one call of `run`: test processes.
    package static func start() throws(MPIError) -> Communicator {
        var isRunning: Int32 = 0
        MPI_Initialized(&isRunning)
        precondition(isRunning == 0, "MPI begins once a process, and cannot begin again after its end")
        replaceMissingShell()
        var provided: Int32 = 0
        MPI_Init_thread(nil, nil, Int32(MPI_THREAD_MULTIPLE), &provided)
        let world = try Communicator(world: jcm_mpi_comm_world())
        guard provided == Int32(MPI_THREAD_MULTIPLE) else {
            throw MPIError(
                operation: "MPI_Init_thread", code: MPI_ERR_OTHER,
                text:
                    "found thread level \(provided), expected MPI_THREAD_MULTIPLE; use an MPI built with threads",
                rank: world.rank, count: world.count, host: world.hostname)
        }
        return world
    }

    /// Ends MPI; waits for all ranks.
    package static func finish() {
        fflush(nil)
        MPI_Finalize()
    }

    /// Ends the job because of `error`, as described at `run`.
    package static func leave(after error: any Error, _ world: Communicator) -> Never {
        let code = exitCode(of: error)
        let failure = error as? CollectiveFailure
        if let failure, failure.coversJob {
            finish()
            exit(code)
        }
        if failure == nil { world.report(error) }
        fflush(nil)
        MPI_Abort(world.handle, code)
        _exit(code)
    }

    /// Open MPI looks for a remote shell even for a job on one host; where none is installed, it is told not
    /// to.
    private static func replaceMissingShell() {
        guard getenv("PMIX_RANK") == nil, let path = getenv("PATH") else { return }
        let folders = String(cString: path).split(separator: ":")
        let isThere = folders.contains { folder in
            access("\(folder)/ssh", X_OK) == 0 || access("\(folder)/rsh", X_OK) == 0
        }
        if !isThere { setenv("OMPI_MCA_plm", "isolated", 0) }
    }
}

extension Communicator {
    /// Writes `jcm: rank 1 on n2: …` to stderr, in one line and in one piece.
    public func report(_ error: any Error) {
        writeLine("jcm: rank \(worldRank) on \(hostname): \(error)")
    }
}

/// Writes one line to stderr with a single call, so that the lines of several ranks do not mix.
private func writeLine(_ text: String) {
    let words = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let bytes = Array((words + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

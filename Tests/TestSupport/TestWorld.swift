internal import Foundation
public import MPI

/// MPI in a test process that `mpirun` started: begun by the first suite that asks, ended when the process
/// exits.
///
/// Suites that need it have `Distributed` in their name, are `.serialized`, and are `.enabled(if:)` it is
/// present.
public enum TestWorld {
    /// Whether this process is a rank of an MPI job.
    public static let isPresent = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] != nil

    private static let shared: Communicator = {
        do {
            let world = try MPIRuntime.start()
            atexit { MPIRuntime.finish() }
            return world
        } catch {
            fatalError("\(error)")
        }
    }()

    /// Runs a test's body on this rank; what it throws ends the job on all ranks instead of hanging it.
    public static func run(_ body: (Communicator) throws -> Void) {
        do { try body(shared) } catch { MPIRuntime.leave(after: error, shared) }
    }
}

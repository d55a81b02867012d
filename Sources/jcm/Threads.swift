internal import ArgumentParser
internal import CSystem
internal import Foundation
internal import Tensors

/// How many threads a rank computes with.
struct ThreadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Threads of each rank (default: its share of the node's processors).", valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads \(threads): 1 to 1024 are possible")
        }
    }

    /// The rank's team.
    ///
    /// Helpers spin between kernels where every thread of the node has a processor of its own, and sleep otherwise.
    func team() -> WorkerTeam {
        let environment = ProcessInfo.processInfo.environment
        let local = max(1, environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap { Int($0) } ?? 1)
        let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let available = Int(jcm_available_processors())
        // mpirun binds up to two ranks to one processor each: what a bound rank sees is its own already.
        let isBound = available < online && local > 1
        let count = threads ?? max(1, isBound ? available : available / local)
        let total = isBound ? count : count * local
        return WorkerTeam(count, spins: total <= available)
    }
}

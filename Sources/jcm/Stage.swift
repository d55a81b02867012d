internal import ArgumentParser
internal import DataParallel
internal import Foundation
internal import MPI

/// `jcm stage`: a copy of a file on every node's own disk.
struct Stage: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings a file, such as a prepared one, to every node of a job, for nodes that share no file system.",
        discussion: """
            Under mpirun: the node of rank 0 reads FILE, one rank of every node writes it into DIR. Copies are compared with \
            FILE by checksum and get their name when all are whole. Nodes that have the right file keep it; what a \
            killed run has sent is not sent again.
            """)

    @Argument(help: "The file, on the node of rank 0.")
    var file: String

    @Option(help: ArgumentHelp("The folder of each node to copy to; made where it is missing.", valueName: "dir"))
    var to: String

    func run() throws {
        MPIRuntime.run { world in
            let started = Date()
            let summary = try FileStaging.stage(file, into: to, world: world, node: world.splitShared())
            guard world.rank == 0 else { return }
            let copied = summary.places - summary.present
            print(
                String(
                    format: "%@: %.1f MB in %d %@, %d copied and %d there before, %.1f MB sent, all checked, in %.1f s",
                    (to as NSString).appendingPathComponent((file as NSString).lastPathComponent),
                    Double(summary.bytes) / 1e6, summary.places, summary.places == 1 ? "place" : "places", copied,
                    summary.present, Double(summary.sent) / 1e6, Date().timeIntervalSince(started)))
        }
    }
}

internal import Foundation
internal import MPI

/// A job that ends in the way its arguments say, for the tests of how jobs end.
@main
enum MPIProbe {
    struct ProbeError: ExitCodeProviding, CustomStringConvertible {
        let exitCode: Int32
        let description: String
    }

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        if arguments.first == "reduction" { return ReductionTiming.run(numbers) }
        if arguments.first == "overlap" {
            return ReductionTiming.overlap(numbers[0], milliseconds: numbers[1])
        }
        MPIRuntime.run { world in
            let victim = numbers.first ?? 0
            switch arguments.first {
            case "throw":
                if world.rank == victim { throw ProbeError(exitCode: 7, description: "bad\nluck") }
                try world.barrier()
            case "kill":
                if world.rank == victim { kill(getpid(), SIGKILL) }
                try world.barrier()
            case "agree":
                try world.agree {
                    if world.rank >= victim { throw ProbeError(exitCode: 9, description: "bad recipe") }
                }
            case "group":
                let half = try world.split(color: world.rank / 2)
                try half.agree {
                    if world.rank == victim { throw ProbeError(exitCode: 5, description: "bad half") }
                }
                try world.barrier()
            default:
                try world.agree { world.rank }
                if world.rank == 0 {
                    print("ranks \(world.count) nodes \(try world.nodeCount())")
                } else {
                    _ = try world.nodeCount()
                }
            }
        }
    }
}

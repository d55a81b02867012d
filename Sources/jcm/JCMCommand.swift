internal import ArgumentParser
internal import CSystem
internal import Foundation
internal import Kernels
internal import MPI

/// The command line: one subcommand a file.
@main
struct JCMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jcm",
        abstract: "Trains JCM, the joint CTC-Attention model: a person's attributes and identity from one picture.",
        discussion:
            "prepare, stage, train, evaluate and study also run under mpirun: 'mpirun -n 2 jcm train RECIPE "
            + "--run-folder DIR'.",
        version: "0.1.0",
        subcommands: [
            Synthesize.self, Prepare.self, Stage.self, Train.self, Evaluate.self, Predict.self, DrawCommand.self,
            Weights.self, Inspect.self, StudyCommand.self, RecipeCommand.self, BenchmarkCommand.self,
        ])

    static func main() {
        BLAS.restartOnBetterKernels()
        jcm_line_buffered_output()
        if let misfit = BLAS.misfit {
            FileHandle.standardError.write(Data("jcm: \(misfit)\n".utf8))
            Foundation.exit(1)
        }
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            leave(after: error)
        }
    }

    /// Ends with one line: the parser's where the words are wrong, ours where what they name is.
    ///
    /// Under mpirun every rank parses the same words: one of them is enough to say what is wrong with them.
    private static func leave(after error: any Error) -> Never {
        let rank = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"]
        guard rank == nil || rank == "0" else { Foundation.exit(exitCode(for: error).rawValue) }
        if error is ExitCode || exitCode(for: error).isSuccess { exit(withError: error) }
        let isWording = exitCode(for: error) == .validationFailure
        let line = isWording ? message(for: error) + " ('--help' lists what can be given)" : "\(error)"
        FileHandle.standardError.write(Data("jcm: \(line)\n".utf8))
        Foundation.exit((error as? any ExitCodeProviding)?.exitCode ?? 2)
    }
}

import Foundation
import TestSupport
import Testing

/// How jobs end, seen from outside.
@Suite(.serialized, .enabled(if: !TestWorld.isPresent, "starts mpirun itself"))
struct MPIRuntimeTests {
    private func probe(_ ranks: Int, _ arguments: String...) throws -> ProcessResult {
        try MPILauncher.run(ranks: ranks, MPILauncher.product("MPIProbe"), arguments, timeout: 30)
    }

    private func lines(of result: ProcessResult) -> [Substring] {
        result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("jcm:") }
    }

    @Test func `A job that succeeds ends with 0 and says nothing on stderr`() throws {
        let result = try probe(3, "ok")
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output == "ranks 3 nodes 1\n")
        #expect(lines(of: result).isEmpty)
    }

    @Test func `A process without mpirun is a job of one rank`() throws {
        let result = try MPILauncher.runAlone(MPILauncher.product("MPIProbe"), ["ok"], timeout: 30)
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output == "ranks 1 nodes 1\n")
    }

    @Test func `A process without mpirun needs no remote shell`() throws {
        let command = ["PATH=/nowhere", MPILauncher.product("MPIProbe").path, "ok"]
        let result = try MPILauncher.runAlone(URL(filePath: "/usr/bin/env"), command, timeout: 30)
        #expect(result.exitCode == 0, "\(result.tail)")
    }

    @Test func `A process without mpirun ends with its error's line and code`() throws {
        for mode in ["throw", "agree"] {
            let result = try MPILauncher.runAlone(MPILauncher.product("MPIProbe"), [mode], timeout: 30)
            #expect(result.exitCode == (mode == "throw" ? 7 : 9), "\(result.tail)")
            #expect(lines(of: result).count == 1, "\(result.tail)")
        }
    }

    @Test(arguments: 0...2)
    func `A rank that throws ends the job with one line and its code while the others wait`(rank: Int) throws {
        let result = try probe(3, "throw", "\(rank)")
        #expect(result.exitCode == 7, "\(result.tail)")
        let lines = lines(of: result)
        #expect(lines.count == 1, "\(result.tail)")
        #expect(lines.first?.contains("rank \(rank) on ") == true)
        #expect(lines.first?.hasSuffix(": bad luck") == true)
    }

    @Test func `A rank that is killed ends the job`() throws {
        let result = try probe(2, "kill", "1")
        #expect(result.exitCode == 137, "\(result.tail)")
    }

    @Test(arguments: 0...2)
    func `An error that ranks agree on is printed once, by the lowest of them`(lowest: Int) throws {
        let result = try probe(3, "agree", "\(lowest)")
        #expect(result.exitCode == 9, "\(result.tail)")
        let lines = lines(of: result)
        #expect(lines.count == 1, "\(result.tail)")
        #expect(lines.first?.contains("rank \(lowest) on ") == true)
        #expect(lines.first?.hasSuffix(": bad recipe") == true)
        #expect(!result.errorOutput.contains("MPI_ABORT"), "\(result.tail)")
    }

    @Test func `A group's agreed error ends the whole job`() throws {
        let result = try probe(4, "group", "3")
        #expect(result.exitCode == 5, "\(result.tail)")
        #expect(lines(of: result).count == 1, "\(result.tail)")
        #expect(lines(of: result).first?.contains("rank 3 on ") == true)
    }
}

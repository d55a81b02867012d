import Foundation
import TestSupport
import Testing

/// Runs all suites that need several ranks: those whose names contain `Distributed`, of every test target.
@Suite(.serialized, .enabled(if: !TestWorld.isPresent, "starts mpirun itself"))
struct MPIRunTests {
    @Test(arguments: 1...4)
    func `Suites between ranks pass under mpirun`(ranks: Int) throws {
        let result = try MPILauncher.run(
            ranks: ranks, MPILauncher.testBundle,
            ["--testing-library", "swift-testing", "--no-parallel", "--filter", "Distributed"])
        let summary = /Test run with (\d+) tests? in .* passed/
        let counts = (result.output + result.errorOutput).matches(of: summary).compactMap { Int($0.1) }
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(counts.count == ranks && counts.allSatisfy { $0 > 10 && $0 == counts[0] }, "\(result.tail)")
    }
}

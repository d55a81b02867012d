import Foundation
import TestSupport
import Testing

/// Whether this process is the one that hostile input is given to.
let isHostileRun = ProcessInfo.processInfo.environment["JCM_HOSTILE"] == "1"

/// Gives hostile input to all readers in a process of its own, of bounded memory: one that a reader ends ends alone.
@Suite(.enabled(if: !isHostileRun && !TestWorld.isPresent, "starts a process of its own")) struct HostileRunTests {
    @Test func `no reader crashes, hangs or takes more than two gigabytes, in more than 500 cases`() throws {
        let command = """
            ulimit -v 3000000
            exec '\(MPILauncher.testBundle.path)' --testing-library swift-testing --filter HostileInput
            """
        let result = try MPILauncher.runAlone(
            URL(filePath: "/bin/bash"), ["-c", command], environment: ["JCM_HOSTILE": "1"], timeout: 100)
        #expect(result.exitCode == 0, "\(result.tail)")
        let counts = result.output.matches(of: /hostile cases: (\d+)/).compactMap { Int($0.1) }
        #expect(counts.count == 9 && counts.reduce(0, +) >= 500, "\(counts) \(result.tail)")
        let peak = result.output.matches(of: /peak MB: (\d+)/).compactMap { Int($0.1) }.max() ?? 0
        #expect((1...2000).contains(peak), "\(peak) MB")
    }
}

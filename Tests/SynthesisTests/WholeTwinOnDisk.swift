import Foundation
import Synthesis
import Tensors
import Testing

/// For looking at and for other programs: with JCM_TWIN_FOLDER=<new folder> a default twin is written there.
@Suite struct WholeTwinOnDisk {
    @Test func `a twin is written where JCM_TWIN_FOLDER says`() throws {
        guard let folder = ProcessInfo.processInfo.environment["JCM_TWIN_FOLDER"] else {
            return print("skipped: JCM_TWIN_FOLDER is not set")
        }
        let twin = try Twin(configuration: TwinConfiguration())
        let start = ContinuousClock.now
        try TwinWriter.write(twin, to: folder, workers: WorkerTeam(1)) { done, total in
            if done == total { print("\(total) pictures in \(ContinuousClock.now - start)") }
        }
    }
}

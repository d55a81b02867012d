import Foundation
import HDF5
import TestSupport
import Testing

@Suite("jcm study", .serialized)
struct StudyCommandTests {
    /// A study of three arms, and one that cannot go on where `breaks`.
    private func recipe(in folder: URL, breaks: Bool = false, seeds: String = "[1]") throws -> String {
        let broken = breaks ? "\n  - {name: broken, settings: {training.learning_rate: 1e30}}" : ""
        let text = """
            about: Two attributes
            base: tiny
            settings:
              training: {epochs: 6, micro_batch: 4, batch_norm: micro_batch}
              checkpoint.every_steps: 5
              data.prepared: "\(SmallWorld.prepared.path)"
            seeds: \(seeds)
            arms:
              - name: full
              - leave_out: [hat, age]\(broken)
            """
        let path = folder.appending(path: "study.yaml")
        try text.write(to: path, atomically: true, encoding: .utf8)
        return path.path
    }

    private func run(_ ranks: Int, _ arguments: [String]) throws -> ProcessResult {
        try MPILauncher.run(ranks: ranks, SmallWorld.jcm, ["study"] + arguments + ["--threads", "1"])
    }

    private func table(_ folder: URL) throws -> String {
        try String(contentsOf: folder.appending(path: "table.csv"), encoding: .utf8)
    }

    @Test("An arm that fails is recorded and the rest go on; only what is new is trained")
    func failures() throws {
        try TestPaths.withTemporaryFolder { folder in
            let out = folder.appending(path: "out")
            let first = try run(2, [recipe(in: folder, breaks: true), "--folder", out.path])
            #expect(first.exitCode == 1, "\(first.tail)")
            #expect(first.output.contains("broken: failed: step"), "\(first.tail)")
            #expect(first.output.contains("(3 of 4)"), "\(first.tail)")
            let status = try MPILauncher.runAlone(SmallWorld.jcm, ["study", "status", out.path])
            #expect(status.output.contains("4 trainings: 3 finished, 1 failed"), "\(status.tail)")
            let second = try run(2, [recipe(in: folder, seeds: "[1, 2]"), "--folder", out.path])
            #expect(second.exitCode == 0, "\(second.tail)")
            #expect(second.output.contains("full-seed2") && !second.output.contains("full-seed1"), "\(second.tail)")
            for name in ["table.md", "table.json", "table.svg", "table.txt"] {
                #expect(FileManager.default.fileExists(atPath: out.appending(path: name).path), "\(name)")
            }
            #expect(try table(out).split(separator: "\n").count == 4)
            let changed = try run(
                1, [recipe(in: folder, seeds: "[1, 2]"), "--folder", out.path, "--set", "training.lambda=9"])
            #expect(changed.exitCode == 2 && changed.errorOutput.contains("another recipe"), "\(changed.tail)")
        }
    }

    @Test("A study that is killed, on other ranks or in pieces, ends with the same table, to the bit")
    func sameBits() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = try recipe(in: folder)
            let names = ["whole", "alone", "killed", "pieces"].map { folder.appending(path: $0) }
            #expect(try run(3, [path, "--folder", names[0].path, "--ranks-per-arm", "2"]).exitCode == 0)
            #expect(try run(1, [path, "--folder", names[1].path, "--ranks-per-arm", "2"]).exitCode == 0)
            let script = """
                for delay in 0.2 0.5 0.1; do
                    mpirun --bind-to none --oversubscribe --allow-run-as-root -n 4 '\(SmallWorld.jcm.path)' study '\(path)' \
                        --folder '\(names[2].path)' --ranks-per-arm 2 --threads 1 >/dev/null 2>&1 & job=$!
                    for turn in $(seq 400); do
                        [ -n "$(find '\(names[2].path)' -name 'step-*.h5' 2>/dev/null | head -n 1)" ] && break; sleep 0.05
                    done
                    sleep $delay
                    pkill -KILL -f -- "study \(path) --folder \(names[2].path)"
                    wait $job
                done
                exit 0
                """
            _ = try MPILauncher.runAlone(URL(filePath: "/bin/bash"), ["-c", script])
            #expect(try run(4, [path, "--folder", names[2].path, "--ranks-per-arm", "2"]).exitCode == 0)
            for index in ["2", "0", "1"] {
                let piece = try run(2, [path, "--folder", names[3].path, "--ranks-per-arm", "2", "--only", index])
                #expect(piece.exitCode == 0, "\(piece.tail)")
            }
            let made = try MPILauncher.runAlone(SmallWorld.jcm, ["study", "table", names[3].path])
            #expect(made.exitCode == 0, "\(made.tail)")
            let expected = try table(names[0])
            for name in names.dropFirst() { #expect(try table(name) == expected, "\(name.lastPathComponent)") }
        }
    }

    @Test("A warm start is trained once, and each arm has the bits of a training that begins from it")
    func warmStart() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = try recipe(in: folder)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try (text + "\nwarm_start: {training.epochs: 3, training.lambda: 0}").write(
                toFile: path, atomically: true, encoding: .utf8)
            let out = folder.appending(path: "out")
            let result = try run(3, [path, "--folder", out.path])
            #expect(result.exitCode == 0, "\(result.tail)")
            #expect(result.output.components(separatedBy: "warm-start ").count == 3, "\(result.tail)")
            let first = out.appending(path: "trainings/warm-start")
            let settings = [
                "training.epochs=6", "training.micro_batch=4", "training.batch_norm=micro_batch", "data.leave_out=hat",
                "training.initial=\(try SmallWorld.newestCheckpoint(first).path)",
            ]
            let alone = folder.appending(path: "alone")
            let training = try MPILauncher.run(ranks: 1, SmallWorld.jcm, SmallWorld.train(alone, settings))
            #expect(training.exitCode == 0, "\(training.tail)")
            func weights(_ run: URL) throws -> [String: [Float]] {
                let file = try File(reading: SmallWorld.newestCheckpoint(run).path)
                return try Dictionary(uniqueKeysWithValues: file.datasets().map { ($0, try file.read($0)) })
            }
            let (expected, found) = (
                try weights(alone), try weights(out.appending(path: "trainings/without_hat-seed1"))
            )
            #expect(!expected.isEmpty && expected == found)
            let again = try run(2, [path, "--folder", out.path])
            #expect(again.exitCode == 0 && !again.output.contains("begins"), "\(again.tail)")
        }
    }

    @Test("A plan counts, and a folder that is no study's is named")
    func plan() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = try recipe(in: folder, seeds: "[1, 2]")
            let plan = try MPILauncher.runAlone(SmallWorld.jcm, ["study", "plan", path, "--dry", "--ranks", "4"])
            #expect(plan.output.contains("3 × 2 seeds = 6 trainings"), "\(plan.tail)")
            let count = try MPILauncher.runAlone(SmallWorld.jcm, ["study", "plan", path, "--dry", "--count"])
            #expect(count.output == "6\n", "\(count.tail)")
            let status = try MPILauncher.runAlone(SmallWorld.jcm, ["study", "status", folder.path])
            #expect(status.exitCode == 2 && status.errorOutput.contains("no study's folder"), "\(status.tail)")
        }
    }
}

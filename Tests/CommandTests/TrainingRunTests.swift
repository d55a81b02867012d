import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Training runs", .serialized)
struct TrainingRunTests {
    /// Everything in a checkpoint that training goes on from.
    private func state(_ path: URL) throws -> [String: [Float]] {
        let file = try File(reading: path.path)
        var result: [String: [Float]] = [:]
        for name in try file.datasets() { result[name] = try file.read(name) }
        return result
    }

    @Test(
        "One rank and two ranks with the same micro-batches agree over 20 steps, dropout on",
        arguments: [true, false])
    func ranksAgree(isPaper: Bool) throws {
        // The paper's layers, narrow: post-norm, two layers each, no norm on columns and FC0; else the small preset's.
        let paper = [
            "model.pre_norm=false", "model.column_norm=false", "model.identity_norm=false", "model.encoder_layers=2",
            "model.decoder_layers=2", "model.dropout=0.1", "training.lambda=4",
        ]
        let settings =
            ["training.batch_norm=micro_batch", "training.micro_batch=4", "training.epochs=2"] + (isPaper ? paper : [])
        let runs = [SmallWorld.run("one"), SmallWorld.run("two")]
        for (ranks, run) in zip([1, 2], runs) {
            let result = try MPILauncher.run(ranks: ranks, SmallWorld.jcm, SmallWorld.train(run, settings))
            try #require(result.exitCode == 0, "\(result.tail)")
        }
        let (one, two) = (try SmallWorld.log(runs[0]), try SmallWorld.log(runs[1]))
        #expect(one.count == 20 && two.count == 20)
        for (a, b) in zip(one, two) {
            let (x, y) = (try #require(a["loss"]), try #require(b["loss"]))
            #expect(abs(x - y) < 1e-5 * abs(x), "step \(a["step"] ?? 0): \(x) and \(y)")
        }
        // With a power of two of micro-batches a rank even the bits are those of one rank.
        let states = try runs.map { try state(SmallWorld.newestCheckpoint($0)) }
        for (name, values) in states[0] where !name.hasPrefix("/statistics") {
            #expect(states[1][name] == values, "\(name) differs")
        }
    }

    @Test(
        "Shared memory and messages give the same bits, and go on from each other's checkpoints", arguments: [2, 3])
    func exchangesAgree(_ ranks: Int) throws {
        // A clip that acts in every step: the norm is a sum over all parts.
        let settings = [
            "training.global_batch=12", "training.micro_batch=2", "training.gradient_clip=0.5", "training.epochs=3",
            "checkpoint.every_steps=7", "checkpoint.keep=9",
        ]
        func train(_ run: URL, _ overlap: String) throws -> ProcessResult {
            let result = try MPILauncher.run(
                ranks: ranks, SmallWorld.jcm, SmallWorld.train(run, settings + ["training.overlap=\(overlap)"]))
            try #require(result.exitCode == 0, "\(result.tail)")
            return result
        }
        let runs = ["auto", "off", "on"].map { ($0, SmallWorld.run($0)) }
        for (overlap, run) in runs {
            let result = try train(run, overlap)
            #expect(result.output.contains("the node's shared memory") == (overlap == "auto"), "\(result.tail)")
        }
        let final = try state(SmallWorld.newestCheckpoint(runs[0].1))
        #expect(final.keys.contains { $0.hasPrefix("/adam/second_moment") })
        for (overlap, run) in runs.dropFirst() {
            let other = try state(SmallWorld.newestCheckpoint(run))
            for (name, values) in final { #expect(other[name] == values, "\(overlap): \(name) differs") }
        }
        // Each takes the other's first checkpoint and ends where both ended.
        for (index, overlap) in [(0, "off"), (1, "auto")] {
            let run = runs[index].1
            let names = try FileManager.default.contentsOfDirectory(atPath: run.path).filter { $0.hasPrefix("step-") }
            for name in names.sorted().dropFirst() { try FileManager.default.removeItem(at: run.appending(path: name)) }
            #expect(try train(run, overlap).output.contains("resumed from"))
            let other = try state(SmallWorld.newestCheckpoint(run))
            for (name, values) in final { #expect(other[name] == values, "resumed \(overlap): \(name) differs") }
        }
    }

    @Test(
        "A run that lost a rank to kill -9 ends with the bits of one that did not",
        arguments: isFast ? [1] : [0, 1, 0])
    func killAndResume(_ victim: Int) throws {
        let settings = ["training.epochs=40", "checkpoint.every_steps=20", "checkpoint.keep=2"]
        let (calm, broken) = (SmallWorld.run("calm"), SmallWorld.run("broken"))
        let result = try MPILauncher.run(ranks: 2, SmallWorld.jcm, SmallWorld.train(calm, settings))
        try #require(result.exitCode == 0, "\(result.tail)")
        let command = SmallWorld.train(broken, settings).map { "'\($0)'" }.joined(separator: " ")
        let killed = try MPILauncher.runAlone(
            URL(filePath: "/bin/bash"),
            [
                "-c",
                """
                mpirun --bind-to none --oversubscribe -n 2 '\(SmallWorld.jcm.path)' \(command) & job=$!
                until ls '\(broken.path)'/step-*.h5 >/dev/null 2>&1; do sleep 0.02; done
                sleep 0.\(Int.random(in: 0...3))
                ranks=$(pgrep -f 'run-folder \(broken.path)' | while read p; do
                    [ "$(cat /proc/$p/comm 2>/dev/null)" = jcm ] && echo $p; done)
                kill -9 $(echo $ranks | cut -d' ' -f\(victim + 1))
                wait $job
                """,
            ])
        #expect(killed.exitCode != 0, "the job did not end with its rank")
        let resumed = try MPILauncher.run(ranks: 2, SmallWorld.jcm, SmallWorld.train(broken, settings))
        try #require(resumed.exitCode == 0, "\(resumed.tail)")
        #expect(resumed.output.contains("resumed from"))
        let (expected, found) = (
            try state(SmallWorld.newestCheckpoint(calm)), try state(SmallWorld.newestCheckpoint(broken))
        )
        #expect(expected.count == found.count)
        for (name, values) in expected { #expect(found[name] == values, "\(name) differs") }
    }

    @Test("A signal saves at a step that all ranks agree on, and ends with exit code 75", arguments: ["USR1", "TERM"])
    func signals(_ signal: String) throws {
        let settings = ["training.epochs=100"]
        let run = SmallWorld.run("signal")
        let command = SmallWorld.train(run, settings).map { "'\($0)'" }.joined(separator: " ")
        // To one rank alone: mpirun passes USR1 on to all, but the agreement must not need that.
        let target =
            "$(pgrep -f 'run-folder \(run.path)' | while read p; do [ \"$(cat /proc/$p/comm)\" = jcm ] && echo $p; done | head -1)"
        let stopped = try MPILauncher.runAlone(
            URL(filePath: "/bin/bash"),
            [
                "-c",
                """
                mpirun --bind-to none --oversubscribe -n 2 '\(SmallWorld.jcm.path)' \(command) & job=$!
                until [ -s '\(run.path)/log.jsonl' ]; do sleep 0.02; done
                kill -\(signal) \(target)
                wait $job; code=$?
                while kill -0 $job 2>/dev/null; do wait $job; code=$?; done
                exit $code
                """,
            ])
        #expect(stopped.exitCode == 75, "\(stopped.tail)")
        #expect(stopped.output.contains("stopped by a signal after step"))
        let file = try File(reading: SmallWorld.newestCheckpoint(run).path)
        #expect(try file.attribute("finished", as: Int64.self) == 0)
    }

    @Test("A finished run has nothing left to do, and says so by ending at once")
    func finished() throws {
        let run = SmallWorld.run("finished")
        for _ in 0..<2 {
            let result = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, ["training.epochs=0.4"]))
            #expect(result.exitCode == 0, "\(result.tail)")
        }
        #expect(try SmallWorld.log(run).count == 4)
    }

    @Test("A damaged newest checkpoint is passed over for the one before it")
    func damagedNewest() throws {
        let run = SmallWorld.run("damaged")
        let settings = ["training.epochs=1", "checkpoint.every_steps=3"]
        _ = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, settings))
        let newest = try SmallWorld.newestCheckpoint(run)
        var bytes = try Data(contentsOf: newest)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: newest)
        let result = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, settings))
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.contains("passed over") && result.output.contains("is damaged"))
    }

    @Test("Evaluation gives the same figures on 1, 2 and 3 ranks, and prediction reads a picture")
    func evaluation() throws {
        let run = SmallWorld.run("evaluated")
        let trained = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, ["training.epochs=1"]))
        try #require(trained.exitCode == 0, "\(trained.tail)")
        var figures: [String] = []
        for ranks in 1...3 {
            let output = run.appending(path: "results-\(ranks).json")
            let result = try MPILauncher.run(
                ranks: ranks, SmallWorld.jcm, ["evaluate", run.path, "--output", output.path, "--threads", "1"])
            try #require(result.exitCode == 0, "\(result.tail)")
            figures.append(try String(contentsOf: output, encoding: .utf8))
            #expect(result.output.contains("majority") && result.output.contains("raw pixels"))
        }
        #expect(figures[0] == figures[1] && figures[1] == figures[2])
        let object = try JSONSerialization.jsonObject(with: Data(figures[0].utf8)) as? [String: [String: Any]]
        for key in ["mean", "ctcMean", "stepsMean", "majority", "perAttribute", "protocols"] {
            #expect(object?["attributes"]?[key] != nil)
        }
        // The twin is laid out as Market-1501: results are re-ranked unasked.
        for key in ["rank1", "rank5", "mAP", "chance", "pixels", "reranked"] { #expect(object?["reid"]?[key] != nil) }
        for (arguments, isReranked) in [(["--set", "evaluation.rerank=off"], false), (["--rerank"], true)] {
            let result = try MPILauncher.runAlone(
                SmallWorld.jcm,
                ["evaluate", run.path, "--output", run.appending(path: "r.json").path] + arguments
                    + ["--set", "evaluation.rerank_k1=7"])
            #expect(result.exitCode == 0 && result.output.contains("k1 7, k2 6") == isReranked, "\(result.tail)")
        }
        let query = SmallWorld.twin.appending(path: "query")
        let picture = try #require(try FileManager.default.contentsOfDirectory(atPath: query.path).first)
        let said = try MPILauncher.runAlone(
            SmallWorld.jcm, ["predict", run.path, query.appending(path: picture).path])
        #expect(said.exitCode == 0 && said.output.contains("upperColour"), "\(said.tail)")
    }
}

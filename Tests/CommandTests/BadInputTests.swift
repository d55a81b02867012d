import Foundation
import TestSupport
import Testing

@Suite("Bad input gets one clear line and a non-zero exit", .serialized)
struct BadInputTests {
    /// Runs jcm on two ranks and expects one line on stderr that says `words`, and nothing new in `folder`.
    private func expectRefusal(
        _ arguments: [String], _ words: String..., ranks: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result =
            ranks == 0
            ? try MPILauncher.runAlone(SmallWorld.jcm, arguments, timeout: 40)
            : try MPILauncher.run(ranks: ranks, SmallWorld.jcm, arguments, timeout: 40)
        #expect(result.exitCode != 0 && result.exitCode != 124, "\(result.tail)", sourceLocation: sourceLocation)
        let lines = result.errorOutput.split(separator: "\n").filter { $0.contains("jcm:") && !$0.contains("mpirun") }
        #expect(lines.count == 1, "\(result.tail)", sourceLocation: sourceLocation)
        for word in words {
            #expect(
                lines.first?.contains(word) == true, "'\(word)' is not in: \(lines.first ?? "")",
                sourceLocation: sourceLocation)
        }
    }

    @Test("Recipes: missing, no YAML, unknown key, wrong type, impossible value")
    func recipes() throws {
        let run = SmallWorld.run("never")
        let train = { (recipe: String, changes: [String]) in
            ["train", recipe, "--run-folder", run.path] + changes.flatMap { ["--set", $0] }
        }
        try expectRefusal(train("no-such.yaml", []), "no-such.yaml", "no such recipe")
        let file = SmallWorld.folder.appending(path: "recipe.yaml")
        try "preset: tiny\ntraining:\n  lerning_rate: 1\n".write(to: file, atomically: true, encoding: .utf8)
        try expectRefusal(train(file.path, []), "training.lerning_rate", "did you mean 'training.learning_rate'")
        try "a: [b".write(to: file, atomically: true, encoding: .utf8)
        try expectRefusal(train(file.path, []), "is no YAML")
        try expectRefusal(train("tiny", ["training.epochs=many"]), "expected is a number", "many")
        try expectRefusal(train("tiny", ["training.epochs=0"]), "more than 0")
        try expectRefusal(train("tiny", ["model.heads=3"]), "model.width")
        for (setting, words) in [
            ("training.epochs=1e300", "at most 1000000"), ("data.order_seed=-3", "0 or more"),
            ("training.bucket_megabytes=99999999999999", "at most 65536"), ("model.width=1000000000", "at most 65536"),
        ] {
            try expectRefusal(train("tiny", [setting]), setting.components(separatedBy: "=")[0], words)
        }
        #expect(!FileManager.default.fileExists(atPath: run.path))
    }

    @Test("Data: none named, missing, no prepared file, of another size, labels too long for the columns")
    func data() throws {
        let run = SmallWorld.run("never")
        try expectRefusal(["train", "tiny", "--run-folder", run.path], "data.prepared", "jcm prepare")
        let train = { (changes: [String]) in SmallWorld.train(run, changes) }
        try expectRefusal(train(["data.prepared=/nowhere/x.h5"]), "/nowhere/x.h5")
        try expectRefusal(train(["data.prepared=\(#filePath)"]), "BadInputTests.swift")
        try expectRefusal(train(["model.input_height=96"]), "pictures are 64×48", "--height 96")
        try expectRefusal(train(["data.leave_out=[hut]"]), "no attribute 'hut'")
        let narrow = SmallWorld.folder.appending(path: "narrow.h5")
        let prepare = ["prepare", SmallWorld.twin.path, "--output", narrow.path, "--height", "64", "--width", "24"]
        _ = try MPILauncher.runAlone(SmallWorld.jcm, prepare)
        try expectRefusal(
            train(["data.prepared=\(narrow.path)", "model.input_width=24"]), "longest label sequence", "6 columns")
        #expect(!FileManager.default.fileExists(atPath: run.path))
    }

    @Test("Ranks and batches that do not fit together")
    func batches() throws {
        let run = SmallWorld.run("never")
        try expectRefusal(SmallWorld.train(run, []), "cannot be shared by 3 ranks", ranks: 3)
        try expectRefusal(SmallWorld.train(run, ["training.micro_batch=3"]), "does not divide")
        try expectRefusal(SmallWorld.train(run, ["training.global_batch=4096"]), "80 training pictures", "global_batch")
        try expectRefusal(
            SmallWorld.train(run, ["model.feed_forward=1048576", "model.width=65536"]), "MB", "smaller model")
        #expect(!FileManager.default.fileExists(atPath: run.path))
    }

    @Test("Run folders: a file, and one that holds a run already")
    func runFolders() throws {
        let file = SmallWorld.folder.appending(path: "a-file")
        try Data().write(to: file)
        try expectRefusal(SmallWorld.train(file), "run folder", "cannot be")
        let run = SmallWorld.run("held")
        _ = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, ["training.epochs=0.2"]))
        try expectRefusal(SmallWorld.train(run, ["training.epochs=0.2"], resume: "never"), "holds a run up to step 2")
        try expectRefusal(SmallWorld.train(run, ["training.epochs=0.4"]), "another recipe", "training.epochs")
    }

    @Test("Checkpoints: missing, truncated, empty, no checkpoint, of another model")
    func checkpoints() throws {
        let run = SmallWorld.run("source")
        _ = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, ["training.epochs=0.2"]))
        let sound = try SmallWorld.newestCheckpoint(run)
        let bad = SmallWorld.folder.appending(path: "bad.h5")
        let target = SmallWorld.run("target")
        let resume = { (path: String) in SmallWorld.train(target, ["training.epochs=0.2"], resume: path) }
        try expectRefusal(resume("/nowhere/step.h5"), "/nowhere/step.h5", "No such file or directory; name another")
        try expectRefusal(resume(run.path), "is no file", "step-*.h5")
        for size in [0, 100, 4000] {
            try Data(contentsOf: sound).prefix(size).write(to: bad)
            try expectRefusal(resume(bad.path), "bad.h5", "cannot be opened")
        }
        try expectRefusal(resume(SmallWorld.prepared.path), "no checkpoint of jcm")
        try expectRefusal(["evaluate", SmallWorld.folder.path], "holds no checkpoint")
        let change = { (setting: String) in ["evaluate", run.path, "--set", setting] }
        try expectRefusal(change("evaluation.rerank_k1=0"), "evaluation.rerank_k1", "at least 1")
        try expectRefusal(change("evaluation.rerank_lambda=2"), "evaluation.rerank_lambda", "0 ... 1")
        try expectRefusal(change("model.width=8"), "model.width=8", "only settings of 'evaluation'")
        try expectRefusal(
            SmallWorld.train(target, ["training.epochs=0.2", "model.width=32"], resume: sound.path), "another recipe",
            "model.width")
        #expect(!FileManager.default.fileExists(atPath: target.path))
    }

    @Test("Preparing: missing folder, missing labels, folder without pictures, CSV with a typo")
    func preparing() throws {
        let output = SmallWorld.folder.appending(path: "never.h5")
        let prepare = { (source: String) in ["prepare", source, "--output", output.path, "--recipe", "tiny"] }
        try expectRefusal(prepare("/nowhere"), "/nowhere", "no such folder")
        let empty = SmallWorld.folder.appending(path: "empty")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        try expectRefusal(prepare(empty.path), "empty")
        let manifest = SmallWorld.folder.appending(path: "people.csv")
        try "path,split,person\na.jpg,train,1\n".write(to: manifest, atomically: true, encoding: .utf8)
        try expectRefusal(prepare(manifest.path), "people.csv", "identity")
        try "path,split,identity,hat\nmissing.jpg,train,1,yes\n".write(to: manifest, atomically: true, encoding: .utf8)
        try expectRefusal(prepare(manifest.path), "missing.jpg")
        for (place, words) in [(empty.path, "is a folder"), ("/nowhere/x.h5", "cannot be written: No such file")] {
            try expectRefusal(["prepare", SmallWorld.twin.path, "--output", place], place, words)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: SmallWorld.folder.path)
        #expect(!left.contains { $0.hasPrefix("never.h5") }, "\(left)")
    }

    @Test("Corrupt pictures are named and left out, or refused where asked")
    func corruptPictures() throws {
        let copy = SmallWorld.folder.appending(path: "corrupt")
        try? FileManager.default.removeItem(at: copy)
        try FileManager.default.copyItem(at: SmallWorld.twin, to: copy)
        let train = copy.appending(path: "bounding_box_train")
        let names = try FileManager.default.contentsOfDirectory(atPath: train.path).sorted()
        try Data("no picture".utf8).write(to: train.appending(path: names[0]))
        try Data(contentsOf: train.appending(path: names[1])).prefix(300).write(to: train.appending(path: names[1]))
        let output = SmallWorld.folder.appending(path: "corrupt.h5")
        let prepare = ["prepare", copy.path, "--output", output.path, "--recipe", "tiny"]
        let result = try MPILauncher.run(ranks: 2, SmallWorld.jcm, prepare)
        #expect(result.exitCode == 0 && result.output.contains("2 left out"), "\(result.tail)")
        #expect(result.output.contains(names[0]) && result.output.contains(names[1]))
        try FileManager.default.removeItem(at: output)
        try expectRefusal(prepare + ["--strict"], names[0])
        #expect(!FileManager.default.fileExists(atPath: output.path))
    }

    @Test("Pictures to predict that are none, and unknown options")
    func prediction() throws {
        let run = SmallWorld.run("predicting")
        _ = try MPILauncher.runAlone(SmallWorld.jcm, SmallWorld.train(run, ["training.epochs=0.2"]))
        try expectRefusal(["predict", run.path, #filePath], "BadInputTests.swift", ranks: 0)
        let typo = try MPILauncher.run(
            ranks: 2, SmallWorld.jcm, ["train", "tiny", "--run-folder", "x", "--resme", "x"], timeout: 30)
        #expect(typo.exitCode != 0)
        #expect(typo.errorOutput.components(separatedBy: "Unknown option").count == 2, "\(typo.tail)")
    }

    @Test("Benchmarks: counts that cannot be, more memory than there is, unknown parts and presets")
    func benchmarks() throws {
        let refused = { (arguments: [String], words: String) in
            try expectRefusal(["benchmark"] + arguments, words, ranks: 0)
        }
        try refused(["step", "--steps", "0"], "--runs or --steps 0: 1 to 10000")
        try refused(["step", "--micro-batch", "5000"], "--micro-batch 5000: 1 to 4096")
        try refused(["step", "--part", "head"], "'head' is invalid for '--part <part>': it is all or cnn")
        try refused(["step", "--preset", "huge"], "huge: no such recipe")
        try refused(["inference", "--batch", "0"], "--batch 0: 1 to 4096")
        try refused(["adam", "--parameters", "1000000000000"], "jcm: --parameters 1000000000000 takes")
        try refused(
            ["retrieval", "--queries", "16000000", "--gallery", "16000000", "--width", "1000000"],
            "jcm: --width 1000000 of 32000000 features takes")
    }
}

import Foundation
import TestSupport
import Testing

@testable import Training

/// The line of the error that `body` throws; nil where it throws none.
private func line(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

private func read(_ text: String) throws -> Recipe { try RecipeReader.read(text: text, source: "test.yaml") }

@Suite("Recipes")
struct RecipeTests {
    /// Another valid value of a setting, as text.
    private func other(_ setting: RecipeSetting, _ recipe: Recipe) -> [String] {
        switch setting.expectation {
        case "a whole number": return ["7", "0", "-3"]
        case "a number": return ["0.123", "1e-05", "2.5e+20", "-4", "0"]
        case "true or false": return ["true", "false"]
        case "a text":
            return ["a/b c.h5", "true", "12", "quote \" and \\", "ß: #x", "[a, b]", "null", "~", "- a"]
        case "a list of which each is a whole number": return ["[1, 2, 3, 4]", "[]", "[9]"]
        case "a list of which each is a number": return ["[0.25, 1, 3e-05]", "[]", "[9]"]
        case "a list of which each is a text":
            return ["[hat, age]", "[]", "[\"two words\", \"a, b\", \"1\"]"]
        default:
            let prefix = "one of "
            #expect(setting.expectation.hasPrefix(prefix))
            return setting.expectation.dropFirst(prefix.count).components(separatedBy: ", ")
        }
    }

    @Test("Every setting keeps every value through YAML", arguments: RecipeSetting.all.map(\.key))
    func roundTrip(_ key: String) throws {
        let setting = try #require(RecipeSetting.all.first { $0.key == key })
        for value in other(setting, Recipe()) {
            var recipe = Recipe()
            let text: RecipeText
            if setting.expectation == "a list of which each is a text" {
                let items = try read("data:\n  leave_out: \(value)\n").data.leaveOut
                text = .list(items)
            } else {
                text = .scalar(value)
            }
            #expect(setting.write(&recipe, text), "\(value)")
            let back = try read(recipe.yaml)
            #expect(back == recipe, "\(key): \(value)")
            #expect(back.text(of: key) == recipe.text(of: key))
        }
    }

    @Test("A number loses no digit: every Double is read back as it was")
    func digits() throws {
        for value in [
            1.0 / 3, 1e-4, 0.1, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456_789.125, 1e15,
            1e16, -2.5e-9,
        ] {
            var recipe = Recipe()
            recipe.training.learningRate = value
            #expect(try read(recipe.yaml).training.learningRate == value)
            recipe.model.dropout = Float(value)
            if recipe.model.dropout.isFinite {
                #expect(try read(recipe.yaml).model.dropout == recipe.model.dropout)
            }
        }
    }

    @Test("Keys are unique and two words long, and every one is written with what it decides")
    func keys() {
        let keys = RecipeSetting.all.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.split(separator: ".").count == 2 })
        let yaml = Recipe().yaml
        for setting in RecipeSetting.all { #expect(yaml.contains("# \(setting.summary)")) }
        #expect(
            yaml.split(separator: "\n").count { $0.hasSuffix(":") }
                == Set(keys.map { $0.split(separator: ".")[0] }).count)
    }

    @Test(
        "Presets pass the check, come back from YAML, and are named in a recipe", arguments: Preset.allCases)
    func presets(_ preset: Preset) throws {
        #expect(preset.recipe.preset == preset)
        #expect(line { try RecipeCheck.check(preset.recipe, source: "") } == nil)
        #expect(try read(preset.recipe.yaml) == preset.recipe)
        #expect(try RecipeReader.read(preset.rawValue) == preset.recipe)
        #expect(try read("preset: \(preset.rawValue)") == preset.recipe)
        let changed = try read("training:\n  epochs: 3\npreset: \(preset.rawValue)\n")
        #expect(changed.training.epochs == 3, "a change above the preset's line counts, too")
        #expect(changed.model == preset.recipe.model)
    }

    @Test("The paper's preset is the paper's training")
    func paper() {
        let recipe = Preset.paper.recipe
        #expect(recipe == Recipe())
        #expect((recipe.training.globalBatch, recipe.training.epochs, recipe.training.lambda) == (64, 200, 4))
        #expect((recipe.training.learningRate, recipe.training.decayFactor) == (1e-4, 0.9))
        #expect(
            (recipe.training.warmupSteps, recipe.training.weightDecay, recipe.training.gradientClip) == (
                0, 0, 0
            ))
        #expect(recipe.data.flip && !recipe.data.allValues)
    }

    @Test("An unknown key names the nearest one")
    func suggestions() {
        for (text, near) in [
            ("training:\n  learning_rat: 1\n", "training.learning_rate"),
            ("trainin:\n  epochs: 1\n", "training.epochs"),
            ("epochs: 1\n", "training.epochs"), ("model:\n  epochs: 1\n", "training.epochs"),
            ("model:\n  Width: 8\n", "model.width"),
            ("training:\n  global_bach: 1\n", "training.global_batch"),
        ] {
            let text = line { _ = try read(text) }
            #expect(
                text?.contains("unknown setting") == true
                    && text?.contains("did you mean '\(near)'?") == true, "\(text ?? "")")
        }
        #expect(
            line { _ = try RecipeReader.read("tiny", changes: ["training.epoch=3"]) }?.contains(
                "'training.epochs'") == true)
        #expect(line { _ = try read("training:\n") }?.contains("unknown setting 'training'") == true)
    }

    @Test("A value of the wrong kind says what is expected and what was found")
    func wrongTypes() {
        for (key, value, expectation) in [
            ("training.epochs", "many", "a number"), ("training.epochs", "nan", "a number"),
            ("training.global_batch", "3.5", "a whole number"),
            ("training.global_batch", "[1, 2]", "a whole number"),
            ("data.flip", "maybe", "true or false"),
            ("training.schedule", "linear", "one of step, cosine, constant"),
            ("model.blocks", "[1, x]", "a list of which each is a whole number"),
            ("model.recurrent_cell", "rnn", "one of"), ("training.learning_rate", "\"\"", "a number"),
        ] {
            let parts = key.split(separator: ".")
            let text = line { _ = try read("\(parts[0]):\n  \(parts[1]): \(value)\n") }
            #expect(
                text?.contains("test.yaml: \(key): expected is \(expectation)") == true,
                "\(text ?? "accepted")")
            #expect(text?.contains("\n") == false)
        }
        #expect(
            line { _ = try read("model:\n  blocks: [[1], 2]\n") }?.contains("list of single values") == true)
        for text in ["", "- a", "just words", "a: [", "preset: huge", "preset: tiny\nbase: other.yaml"] {
            let complaint = line { _ = try read(text) }
            #expect(
                complaint?.hasPrefix("test.yaml") == true && complaint?.contains("\n") == false, "\(text)")
        }
    }

    @Test("Changes by --set: numbers, lists, texts with an equals sign, the last of several")
    func changes() throws {
        let recipe = try RecipeReader.read(
            "tiny",
            changes: [
                "training.epochs=9", " training.epochs = 4.5 ", "model.strided_stages=2,4",
                "data.leave_out=[hat, age]",
                "data.prepared=/a=b.h5", "model.blocks=[2,1,1,1]", "data.flip=no",
            ])
        #expect(recipe.training.epochs == 4.5)
        #expect(recipe.model.stridedStages == [2, 4] && recipe.model.blocks == [2, 1, 1, 1])
        #expect(
            recipe.data.leaveOut == ["hat", "age"] && recipe.data.prepared == "/a=b.h5" && !recipe.data.flip)
        #expect(
            line { _ = try RecipeReader.read("tiny", changes: ["training.epochs"]) }?.contains("key=value")
                == true)
        #expect(
            line { _ = try RecipeReader.read("tiny", changes: ["training.epochs=0"]) }?.contains(
                "more than 0") == true)
        let problem = line { _ = try RecipeReader.read("tiny", changes: ["model.blocks=1,2"]) }
        #expect(problem?.contains("four numbers") == true)
    }

    @Test(
        "A recipe begins from another beside it, through several files; a circle and a missing file are errors"
    )
    func bases() throws {
        try TestPaths.withTemporaryFolder { folder in
            func write(_ name: String, _ text: String) throws -> String {
                let url = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: url)
                return url.path
            }
            _ = try write("a.yaml", "preset: tiny\ntraining:\n  epochs: 5\n  lambda: 2\n")
            _ = try write("sub/b.yaml", "base: ../a.yaml\ntraining:\n  lambda: 3\n")
            let last = try write("c.yaml", "training:\n  seed: 9\nbase: sub/b.yaml\n")
            let recipe = try RecipeReader.read(last)
            #expect((recipe.training.epochs, recipe.training.lambda, recipe.training.seed) == (5, 3, 9))
            #expect(recipe.preset == .tiny)
            let absolute = try write("d.yaml", "base: \(last)\n")
            #expect(try RecipeReader.read(absolute).training.seed == 9)

            let circle = try write("x.yaml", "base: y.yaml\n")
            _ = try write("y.yaml", "base: x.yaml\n")
            #expect(line { _ = try RecipeReader.read(circle) }?.contains("circle") == true)
            let own = try write("self.yaml", "base: self.yaml\n")
            #expect(line { _ = try RecipeReader.read(own) }?.contains("circle") == true)
            let lost = try write("lost.yaml", "base: nowhere.yaml\n")
            #expect(line { _ = try RecipeReader.read(lost) }?.contains("no such recipe") == true)
            #expect(line { _ = try RecipeReader.read("nowhere") }?.contains("paper, small, tiny") == true)
            let image = folder.appending(path: "image")
            try Data([0xFF, 0xFE, 0x00, 0xD8]).write(to: image)
            #expect(line { _ = try RecipeReader.read(image.path) }?.contains("UTF-8") == true)
        }
    }

    @Test("Differences name what decides the numbers, and leave out what is free")
    func differences() throws {
        let recipe = Preset.tiny.recipe
        #expect(recipe.differences(from: recipe).isEmpty)
        for setting in RecipeSetting.all {
            var changed = recipe
            let value = try #require(
                other(setting, recipe).first { text in
                    var trial = recipe
                    return setting.write(&trial, .scalar(text)) && setting.read(trial) != setting.read(recipe)
                })
            _ = setting.write(&changed, .scalar(value))
            let found = recipe.differences(from: changed)
            #expect(found.count == (setting.isFree ? 0 : 1), "\(setting.key)")
            if !setting.isFree {
                #expect(
                    found == ["\(setting.key): \(setting.read(recipe)) here, \(setting.read(changed)) there"])
            }
        }
        let free = Set(RecipeSetting.all.filter(\.isFree).map(\.key))
        #expect(
            free.isDisjoint(with: [
                "training.seed", "training.lambda", "model.width", "data.leave_out", "training.reduction",
            ]))
        #expect(
            free.isSuperset(of: ["data.prepared", "log.every_steps", "checkpoint.keep", "training.overlap"]))
    }

    @Test(
        "What cannot be trained is refused with its key",
        arguments: [
            ("training.epochs", "0"), ("training.global_batch", "0"), ("training.micro_batch", "-1"),
            ("training.learning_rate", "0"), ("training.beta1", "1"), ("training.beta2", "-0.1"),
            ("training.epsilon", "0"),
            ("training.weight_decay", "-1"), ("training.gradient_clip", "-1"),
            ("training.warmup_steps", "-1"),
            ("training.decay_epochs", "0"), ("training.final_fraction", "1.5"), ("training.lambda", "-1"),
            ("training.label_smoothing", "1"), ("training.seed", "-1"), ("training.bucket_megabytes", "0"),
            ("checkpoint.keep", "0"), ("evaluation.beam_width", "0"), ("evaluation.maximum_tokens", "0"),
            ("evaluation.batch", "0"), ("log.every_steps", "0"), ("model.width", "15"),
            ("model.dropout", "1"),
        ])
    func limits(_ key: String, _ value: String) throws {
        let text = try #require(line { _ = try RecipeReader.read("tiny", changes: ["\(key)=\(value)"]) })
        let name = key.split(separator: ".")[1]
        #expect(text.contains(name), "\(text)")
    }

    @Test("Both losses at 0 leave nothing to learn")
    func nothingToLearn() {
        let changes = ["training.lambda=0", "training.attribute_weight=0"]
        #expect(
            line { _ = try RecipeReader.read("tiny", changes: changes) }?.contains("nothing to learn") == true
        )
        #expect(line { _ = try RecipeReader.read("tiny", changes: [changes[0]]) } == nil)
    }

    @Test("Micro-batches divide a rank's share, or say by what it can be divided")
    func microBatches() throws {
        var settings = TrainingSettings()
        (settings.globalBatch, settings.microBatch) = (64, 8)
        for (ranks, count) in [(1, 8), (2, 4), (4, 2), (8, 1)] {
            let found = try RecipeCheck.microBatches(settings, ranks: ranks)
            #expect((found.size, found.count) == (8, count))
        }
        let uneven = line { _ = try RecipeCheck.microBatches(settings, ranks: 3) }
        #expect(
            uneven?.contains("64 pictures cannot be shared by 3 ranks") == true
                && uneven?.contains("66") == true)
        let small = line { _ = try RecipeCheck.microBatches(settings, ranks: 16) }
        #expect(small?.contains("8 does not divide the 4 pictures of each of 16 ranks") == true)
        settings.microBatch = 0
        let whole = try RecipeCheck.microBatches(settings, ranks: 4)
        #expect((whole.size, whole.count) == (16, 1))
        settings.microBatch = 5
        #expect(
            line { _ = try RecipeCheck.microBatches(settings, ranks: 1) }?.contains(
                "5 does not divide the 64") == true)
    }
}

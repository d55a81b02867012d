import Foundation
import TestSupport
import Testing

@testable import Training
@testable import jcm

@Suite("jcm recipe, and the commands that recipes and docs/paper.md print", .serialized)
struct RecipeCommandTests {
    private static let recipes = TestPaths.repository.appending(path: "recipes").path

    private func jcm(_ arguments: String...) throws -> ProcessResult {
        try MPILauncher.runAlone(SmallWorld.jcm, arguments, timeout: 60)
    }

    @Test("list: every file of the folder, its scale, what it is for")
    func list() throws {
        let result = try jcm("recipe", "list", Self.recipes)
        #expect(result.exitCode == 0, "\(result.tail)")
        let lines = result.output.split(separator: "\n")
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.recipes).filter { $0.hasSuffix(".yaml") }
        #expect(lines.count == files.count)
        let peta = try #require(lines.first { $0.contains("/peta.yaml") }).split(separator: " ").dropFirst()
        let words = peta.joined(separator: " ")
        #expect(words == "paper PETA, the paper's eight subsets: its attribute table over 12 groups.")
        let lost = try jcm("recipe", "list", "/nowhere")
        #expect(lost.exitCode == 2 && lost.errorOutput.contains("jcm: /nowhere: no such folder"), "\(lost.tail)")
    }

    @Test("show: what is printed is the same recipe, every setting in it")
    func show() throws {
        let file = "\(Self.recipes)/peta-small.yaml"
        let result = try jcm("recipe", "show", file, "--set", "training.lambda=3")
        #expect(result.exitCode == 0, "\(result.tail)")
        let printed = try RecipeReader.read(text: result.output, source: "printed")
        #expect(try printed == RecipeReader.read(file, changes: ["training.lambda=3"]))
        for setting in RecipeSetting.all { #expect(result.output.contains("# \(setting.summary)\n"), "\(setting.key)") }
        let departures = try jcm("recipe", "show", "\(Self.recipes)/peta.yaml", "--departures").output
        let lines = departures.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines == ["data.prepared: data/peta.h5 # paper: \"\"", "evaluation.rerank: off # paper: auto"])
        #expect(try jcm("recipe", "show", "paper", "--departures").output == "every setting is the paper's\n")
    }

    @Test("check: a line a recipe, the data looked into, one that is wrong does not hide the next")
    func check() throws {
        let data = SmallWorld.prepared.path
        let market = "\(Self.recipes)/market.yaml"
        let sound = try jcm("recipe", "check", market, "tiny", "--ranks", "4")
        #expect(sound.exitCode == 0, "\(sound.tail)")
        let lines = sound.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("\(market): ok, paper scale, "), "\(sound.output)")
        #expect(lines.allSatisfy { $0.contains("K = 35, 751 identities assumed, ") })
        #expect(lines[0].hasSuffix("data/market.h5 is not prepared yet") && lines[1].hasSuffix("no data named"))
        let known = try jcm("recipe", "check", "tiny", "--data", data)
        #expect(known.exitCode == 0 && known.output.contains("20 identities"), "\(known.tail)")
        #expect(!known.output.contains("assumed"))
        #expect(known.output.contains("80 training pictures in \(data)"), "\(known.tail)")

        let mixed = try jcm("recipe", "check", "nowhere.yaml", market, "tiny", "--data", data)
        #expect(mixed.exitCode == 2)
        #expect(mixed.output.split(separator: "\n").count == 1 && mixed.output.hasPrefix("tiny: ok"), "\(mixed.tail)")
        let errors = mixed.errorOutput.split(separator: "\n")
        #expect(errors.count == 2 && errors[0].hasPrefix("jcm: nowhere.yaml: no such recipe"), "\(mixed.tail)")
        #expect(errors.last?.contains("pictures are 64×48, the recipe's model takes 224×112") == true)
    }

    @Test("check: hostile and impossible things, each in one line")
    func hostile() throws {
        let garbage = SmallWorld.folder.appending(path: "garbage.h5")
        try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 * 37) }).write(to: garbage)
        let cut = SmallWorld.folder.appending(path: "cut.h5")
        try Data(contentsOf: SmallWorld.prepared).prefix(20_000).write(to: cut)
        let prepared = SmallWorld.prepared.path
        for (arguments, words) in [
            (["tiny", "--data", "/nowhere.h5"], "/nowhere.h5"), (["tiny", "--data", garbage.path], "garbage.h5"),
            (["tiny", "--data", cut.path], "cut.h5"), (["tiny", "--data", SmallWorld.folder.path], "tiny"),
            (["tiny", "--ranks", "0"], "--ranks 0"), (["tiny", "--ranks", "3"], "cannot be shared by 3 ranks"),
            (["tiny", "--labels", "0"], "--labels 0"), (["tiny", "--longest-sequence", "13"], "12 columns"),
            (["/dev/zero"], "longer than"), (["tiny", "--set", "training.batch=3"], "unknown setting"),
            (["tiny", "--data", prepared, "--set", "training.global_batch=96"], "80 training pictures"),
        ] {
            let result = try MPILauncher.runAlone(SmallWorld.jcm, ["recipe", "check"] + arguments, timeout: 60)
            #expect(result.exitCode != 0 && result.exitCode < 124, "\(arguments): \(result.tail)")
            let lines = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("jcm: ") }
            #expect(lines.count == 1 && lines[0].contains(words), "\(arguments): \(result.tail)")
            #expect(result.output.isEmpty, "\(arguments)")
        }
    }

    @Test("Every command of docs/paper.md and of the recipes' first lines is one that jcm takes")
    func printedCommands() throws {
        var texts = [("docs/paper.md", try text("docs/paper.md"))]
        for entry in try RecipeShelf.entries(of: Self.recipes) {
            let name = "recipes/" + (entry.path as NSString).lastPathComponent
            texts.append((name, try text(name)))
        }
        var count = 0
        for (name, text) in texts {
            for line in text.split(separator: "\n") {
                guard let start = line.range(of: "    ./launch.sh ") else { continue }
                let words = line[start.upperBound...].split(separator: " ").map(String.init)
                _ = try JCMCommand.parseAsRoot(words)
                // Studies have a reader and tests of their own.
                if words.first != "study" { try checkRecipe(of: words, in: name) }
                count += 1
            }
        }
        #expect(count >= 30, "\(count) commands")
    }

    /// The recipe that a command names is read with its changes; a recipe's own commands prepare and train what it says.
    private func checkRecipe(of words: [String], in name: String) throws {
        func values(of option: String) -> [String] {
            words.indices.dropLast().filter { words[$0] == option }.map { words[$0 + 1] }
        }
        let named = words.filter { $0.hasPrefix("recipes/") }
        for recipe in named {
            let path = TestPaths.repository.appending(path: recipe).path
            let resolved = try RecipeReader.read(path, changes: values(of: "--set"))
            if words[0] == "prepare" { #expect(values(of: "--output") == [resolved.data.prepared], "\(name)") }
        }
        guard name.hasPrefix("recipes/") else { return }
        if words[0] == "train" { #expect(named == [name]) }
        if words[0] == "prepare" {
            let own = try RecipeReader.read(TestPaths.repository.appending(path: name).path)
            #expect(values(of: "--output") == [own.data.prepared], "\(name)")
            #expect(own.preset == .paper || named == [name], "\(name): prepares another size than it trains")
        }
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: TestPaths.repository.appending(path: name), encoding: .utf8)
    }
}

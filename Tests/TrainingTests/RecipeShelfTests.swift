import Foundation
import Model
import TestSupport
import Testing

@testable import Training

/// The line of the error that `body` throws; nil where it throws none.
private func line(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

@Suite("The recipes that come with the program")
struct RecipeShelfTests {
    private static let folder = TestPaths.repository.appending(path: "recipes").path

    /// Each data set's K, training people (PETA: some number) and longest sequence (SPEC of the sets, docs/data-sets.md).
    private static let sets: [(name: String, dimensions: ModelDimensions)] = [
        ("market", ModelDimensions(labels: 35, identities: 751, longestSequence: 10)),
        ("duke", ModelDimensions(labels: 26, identities: 702, longestSequence: 8)),
        ("peta", ModelDimensions(labels: 105, identities: 2000, longestSequence: 18)),
        ("towncentre", ModelDimensions(labels: 105, identities: 116, longestSequence: 18)),
    ]

    @Test("Every one is read, says what it is for, and is in docs/paper.md")
    func all() throws {
        let page = try String(contentsOf: TestPaths.repository.appending(path: "docs/paper.md"), encoding: .utf8)
        let entries = try RecipeShelf.entries(of: Self.folder)
        for entry in entries {
            #expect(["paper", "small", "tiny"].contains(entry.scale), "\(entry)")
            #expect(entry.purpose.count > 10, "\(entry.path) does not begin with a comment")
            let name = (entry.path as NSString).lastPathComponent
            if Self.sets.contains(where: { name.hasPrefix($0.name) }) { #expect(page.contains("recipes/\(name)")) }
        }
        let names = Set(entries.map { ($0.path as NSString).lastPathComponent })
        #expect(names.isSuperset(of: Self.sets.flatMap { ["\($0.name).yaml", "\($0.name)-small.yaml"] }))
    }

    @Test("Each data set's recipes build at both scales, and their columns hold its sequences", arguments: 0..<4)
    func builds(_ index: Int) throws {
        let (name, dimensions) = Self.sets[index]
        let paper = try RecipeReader.read("\(Self.folder)/\(name).yaml")
        let small = try RecipeReader.read("\(Self.folder)/\(name)-small.yaml")
        #expect(paper.preset == .paper && small.preset == .small)
        #expect(paper.data.prepared == "data/\(name).h5" && small.data.prepared == "data/\(name)-small.h5")
        // The paper's: nothing but the file, and no re-ranking on PETA, is anything else than the preset.
        let free: Set = ["data.prepared", "evaluation.rerank"]
        #expect(Set(paper.departures(from: Preset.paper.recipe).map(\.key)).isSubset(of: free))
        #expect(
            Set(small.departures(from: Preset.small.recipe).map(\.key))
                .isSubset(of: free.union(["model.input_height", "model.input_width"])))
        let isPETA = index >= 2
        for recipe in [paper, small] { #expect(recipe.evaluation.rerank == (isPETA ? .off : .auto)) }
        for var recipe in [paper, small] {
            // Whatever data lies where the tests run.
            recipe.data.prepared = "no-such-folder/none.h5"
            for ranks in [1, 2, 4, 8] where recipe.preset == .paper || ranks < 8 {
                let trial = try RecipeTrial(recipe, assuming: dimensions, ranks: ranks)
                #expect(trial.dimensions == dimensions && trial.trainingPictures == nil)
                #expect(trial.parameters > (recipe.preset == .paper ? 270_000_000 : 1_000_000))
            }
        }
    }

    @Test("The paper's model on Market-1501 has about 276 million parameters, and so many bytes four times over")
    func size() throws {
        let recipe = try RecipeReader.read("\(Self.folder)/market.yaml")
        let trial = try RecipeTrial(recipe, assuming: Self.sets[0].dimensions)
        #expect((275_000_000..<277_000_000).contains(trial.parameters), "\(trial.parameters)")
        #expect(trial.megabytes > 16 * trial.parameters >> 20)
    }

    @Test("What cannot be trained is said in a line: ranks, columns, data that are not there")
    func refusals() throws {
        let recipe = try RecipeReader.read("\(Self.folder)/peta-small.yaml")
        let dimensions = Self.sets[2].dimensions
        #expect(
            line { _ = try RecipeTrial(recipe, assuming: dimensions, ranks: 3) }?
                .contains("cannot be shared by 3 ranks") == true)
        var narrow = recipe
        narrow.model.inputWidth = 48
        let text = line { _ = try RecipeTrial(narrow, assuming: dimensions) }
        #expect(text?.contains("12 columns") == true && text?.contains("raise it to 72") == true, "\(text ?? "")")
        narrow.model.inputWidth = 72
        #expect(line { _ = try RecipeTrial(narrow, assuming: dimensions) } == nil)
        let missing = line { _ = try RecipeTrial(recipe, assuming: dimensions, needsData: true) }
        #expect(missing?.contains("data/peta-small.h5") == true, "\(missing ?? "")")
        var nameless = recipe
        nameless.data.prepared = ""
        #expect(line { _ = try RecipeTrial(nameless, assuming: dimensions) } == nil)
    }

    @Test("A list names a recipe that cannot be used, and goes on; folders without recipes are errors")
    func lists() throws {
        try TestPaths.withTemporaryFolder { folder in
            #expect(line { _ = try RecipeShelf.entries(of: folder.path) }?.contains("holds no recipe") == true)
            #expect(line { _ = try RecipeShelf.entries(of: "/nowhere") }?.contains("no such folder") == true)
            for (name, text) in [
                ("b.yaml", "# For tests.\npreset: tiny\n"), ("a.yml", "preset: tiny\nmodel:\n  widht: 3\n"),
                ("c.yaml", "preset: small\n"), ("notes.txt", "# no recipe"),
            ] {
                try Data(text.utf8).write(to: folder.appending(path: name))
            }
            let entries = try RecipeShelf.entries(of: folder.path + "/")
            #expect(entries.map { ($0.path as NSString).lastPathComponent } == ["a.yml", "b.yaml", "c.yaml"])
            #expect(entries.map(\.scale) == ["-", "tiny", "small"])
            #expect(entries[0].purpose.hasPrefix("cannot be used: ") && entries[0].purpose.contains("model.width"))
            #expect(entries[1].purpose == "For tests." && entries[2].purpose == "")
        }
    }

    @Test("Departures are all settings that differ, with both values")
    func departures() throws {
        let paper = Preset.paper.recipe
        #expect(paper.departures(from: paper).isEmpty)
        var other = paper
        (other.training.lambda, other.data.prepared) = (2, "x.h5")
        let found = other.departures(from: paper)
        #expect(found.map(\.key) == ["data.prepared", "training.lambda"])
        #expect(found.map(\.value) == ["x.h5", "2"] && found.map(\.other) == ["\"\"", "4"])
    }
}

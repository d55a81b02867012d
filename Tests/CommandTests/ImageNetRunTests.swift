import Foundation
import TestSupport
import Testing

@Suite("Pre-training on a made-up ImageNet", .serialized)
struct ImageNetRunTests {
    /// Six classes, each the pictures of one person of the twin: three to train, one to validate.
    private static let source: URL = {
        let folder = SmallWorld.folder.appending(path: "imagenet")
        let files = FileManager.default
        let pictures = SmallWorld.twin.appending(path: "bounding_box_train").path
        let names = ((try? files.contentsOfDirectory(atPath: pictures)) ?? []).filter { $0.hasSuffix(".jpg") }.sorted()
        let persons = Dictionary(grouping: names) { $0.prefix(4) }
        for (index, person) in persons.keys.sorted().prefix(6).enumerated() {
            for (n, name) in (persons[person] ?? []).enumerated() {
                let target = folder.appending(path: "\(n == 0 ? "val" : "train")/n0000000\(index)/\(n).JPEG")
                try? files.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try? files.copyItem(atPath: "\(pictures)/\(name)", toPath: target.path)
            }
        }
        return folder
    }()

    private func run(_ arguments: [String], ranks: Int = 1) throws -> ProcessResult {
        // The date of a prepared file stands in it.
        let result = try MPILauncher.run(
            ranks: ranks, SmallWorld.jcm, arguments + ["--threads", "1"],
            environment: ["SOURCE_DATE_EPOCH": "1700000000"])
        try #require(result.exitCode == 0, "\(arguments): \(result.tail)")
        return result
    }

    private func figures(_ path: String) throws -> [String: Double] {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        return (object ?? [:]).compactMapValues { ($0 as? NSNumber)?.doubleValue }
    }

    @Test("Prepared, trained on two ranks, evaluated the same on one and two, refused where attributes are needed")
    func wholeWay() throws {
        let prepared = SmallWorld.folder.appending(path: "imagenet.h5").path
        let said = try run(["prepare", Self.source.path, "--output", prepared, "--recipe", "tiny"], ranks: 2)
        #expect(said.output.contains("24 pictures, 64×48, 0 attributes, K = 0"), "\(said.tail)")
        let folder = SmallWorld.run("imagenet").path
        let recipe = SmallWorld.folder.appending(path: "imagenet.yaml")
        try """
        preset: tiny
        model: {form: classifier}
        training: {epochs: 60, global_batch: 6, lambda: 1, attribute_weight: 0}
        log: {every_steps: 30}
        """.write(to: recipe, atomically: true, encoding: .utf8)
        let trained = try run(
            ["train", recipe.path, "--run-folder", folder, "--set", "data.prepared=\(prepared)"], ranks: 2)
        #expect(trained.output.contains("18 training pictures of 6 classes"), "\(trained.tail)")
        let log = try SmallWorld.log(URL(filePath: folder))
        #expect(log.allSatisfy { $0["ctc"] == 0 && $0["attention"] == 0 })
        #expect(try #require(log.last?["identity"]) < 0.5 * log[0]["identity"]!)

        let outputs = [1, 2].map { SmallWorld.folder.appending(path: "imagenet-\($0).json").path }
        for (ranks, output) in zip([1, 2], outputs) {
            let table = try run(["evaluate", folder, "--output", output], ranks: ranks)
            #expect(table.output.contains("6 pictures of 6 classes"), "\(table.tail)")
        }
        let (one, two) = (try figures(outputs[0]), try figures(outputs[1]))
        #expect(one["top1"] == two["top1"] && one["top5"] == two["top5"])
        #expect(abs(one["crossEntropy"]! - two["crossEntropy"]!) < 1e-6)
        // 1 of 6 by chance
        #expect(try #require(one["top1"]) >= 0.5 && one["pictures"] == 6)

        // The backbone goes into JCM by name, whatever else there is; the linear layer has no place.
        let begun = try run(
            SmallWorld.train(
                SmallWorld.run("from-imagenet"),
                ["training.epochs=0.1", "training.initial=\(SmallWorld.newestCheckpoint(URL(filePath: folder)).path)"]))
        #expect(begun.output.contains("there, but of no use here: fc.bias, fc.weight"), "\(begun.tail)")
        let taken = try #require(begun.output.split(separator: "\n").first { $0.contains("tensors from") })
        #expect(!taken.contains("begins with 0 of"))

        let picture = Self.source.appending(path: "val/n00000000/0.JPEG").path
        let refusals = [
            (["predict", folder, picture], "is a classifier"),
            (
                ["train", "tiny", "--run-folder", folder + "-jcm", "--set", "data.prepared=\(prepared)"],
                "form=classifier"
            ),
            (["evaluate", folder, "--data", SmallWorld.prepared.path], "classes in training"),
        ]
        for (arguments, words) in refusals {
            let refused = try MPILauncher.run(ranks: 1, SmallWorld.jcm, arguments)
            #expect(refused.exitCode != 0 && refused.errorOutput.contains(words), "\(refused.tail)")
        }
    }

    @Test("The file is the same whatever the number of ranks")
    func sameBytes() throws {
        let files = [1, 2].map { SmallWorld.folder.appending(path: "imagenet-ranks-\($0).h5") }
        for (ranks, file) in zip([1, 2], files) {
            _ = try run(["prepare", Self.source.path, "--output", file.path, "--recipe", "tiny"], ranks: ranks)
        }
        #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
    }

    @Test("recipes/imagenet.yaml is the base CNN with one linear layer: 23.5 M and 2.0 M parameters")
    func recipe() throws {
        let path = TestPaths.repository.appending(path: "recipes/imagenet.yaml").path
        let said = try MPILauncher.runAlone(SmallWorld.jcm, ["inspect", path, "--identities", "1000"])
        #expect(said.exitCode == 0 && said.output.contains("23,508,032"), "\(said.tail)")
        #expect(said.output.contains("25,557,032"), "\(said.tail)")
    }
}

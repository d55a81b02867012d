import Foundation
import TestSupport
import Testing

@Suite("PETA's numbered pictures, from the twin to the literature's figures", .serialized)
struct PETAPartitionRunTests {
    private func jcm(_ arguments: String...) throws -> ProcessResult {
        try MPILauncher.runAlone(SmallWorld.jcm, arguments, timeout: 100)
    }

    @Test("Twin, check, prepared file of a partition, training, evaluation")
    func wholeWay() throws {
        let folder = SmallWorld.folder.appending(path: "peta-mat"), twin = folder.path + "/twin"
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let drawn = try jcm(
            "synthesize", twin, "--layout", "peta-mat", "--train-identities", "20", "--test-identities", "0",
            "--pictures-per-identity", "4", "--height", "64", "--width", "48", "--threads", "2")
        try #require(drawn.exitCode == 0, "\(drawn.tail)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: twin).sorted() == ["PETA.mat", "images"])

        let checked = try jcm("prepare", twin, "--check", "--partition", "2")
        let words = checked.output.split(separator: " ").joined(separator: " ")
        // Two of the twenty people are CUHK's, on one picture each.
        for line in [
            "PETA, partition 2 of ", "pictures 74 19000 differs", "labels 105 105\n", "selected labels 35 35\n",
            "train pictures 37 9500 differs", "validation pictures 7 1900 differs", "test pictures 30 7600 differs",
            "35 attributes, K = 35, ", "persons who train, too: pictures were drawn",
        ] {
            #expect(words.contains(line), "\(line): \(checked.tail)")
        }

        let prepared = folder.path + "/two.h5"
        let made = try jcm("prepare", twin, "--partition", "2", "--output", prepared, "--recipe", "tiny")
        try #require(made.exitCode == 0 && made.output.contains("74 pictures"), "\(made.tail)")
        let run = folder.appending(path: "run")
        let trained = try MPILauncher.runAlone(
            SmallWorld.jcm,
            SmallWorld.train(run, ["data.prepared=\(prepared)", "training.epochs=1"]), timeout: 100)
        try #require(trained.exitCode == 0, "\(trained.tail)")
        let evaluated = try jcm("evaluate", run.path, "--threads", "1")
        #expect(evaluated.exitCode == 0, "\(evaluated.tail)")
        for line in [
            "on 30 gallery pictures, ", " of them of people seen in training", "label mA, (TP/P + TN/N)/2",
            "instance F1", "Re-identification: the data have no queries",
        ] {
            #expect(evaluated.output.contains(line), "\(line): \(evaluated.tail)")
        }
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: run.appending(path: "results.json")))
        let attributes = try #require((object as? [String: Any])?["attributes"] as? [String: Any])
        #expect((attributes["perAttribute"] as? [String: Any])?.count == 35)

        let drawing = try jcm("draw", "cmc", run.path, "--output", folder.path + "/a.svg")
        #expect(drawing.exitCode != 0 && drawing.errorOutput.contains("holds 0 queries"), "\(drawing.tail)")
        let matrices = try jcm("draw", "confusion", run.path, "--output", folder.path + "/b.svg")
        #expect(matrices.exitCode == 0, "\(matrices.tail)")
        let odd = try jcm("prepare", twin, "--partition", "6", "--check")
        #expect(odd.exitCode != 0 && odd.errorOutput.contains("has no partition 6, but 5"), "\(odd.tail)")
        let other = try jcm("prepare", SmallWorld.twin.path, "--partition", "2", "--check")
        #expect(other.exitCode != 0 && other.errorOutput.contains("a partition with PETA.mat"), "\(other.tail)")
    }
}

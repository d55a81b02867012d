import Foundation
import TestSupport
import Testing

@Suite("Weights from elsewhere go through import, train, evaluate and export", .serialized)
struct WeightsCommandTests {
    private static let blocks = ["--set", "model.blocks=[2, 2, 1, 1]"]

    /// Imports a fixture's weights for the tiny preset.
    private func importWeights(_ name: String) throws -> URL {
        let output = SmallWorld.folder.appending(path: "\(name).backbone.h5")
        let result = try MPILauncher.runAlone(
            SmallWorld.jcm,
            ["weights", "import", TestPaths.fixtures + "/" + name, "--recipe", "tiny", "--output", output.path]
                + Self.blocks)
        #expect(result.exitCode == 0, "\(result.tail)")
        return output
    }

    @Test("A run on two ranks takes weights, pixels and stride, and its checkpoint keeps them")
    func wholeWay() throws {
        let backbone = try importWeights("weights_keras_old.h5")
        let run = SmallWorld.run("initial")
        let train = SmallWorld.train(
            run, ["training.initial=\(backbone.path)", "model.blocks=[2, 2, 1, 1]", "training.epochs=0.2"])
        let result = try MPILauncher.run(ranks: 2, SmallWorld.jcm, train, timeout: 120)
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.contains("begins with "), "\(result.tail)")
        #expect(result.output.contains("not there, drawn anew: birnn."), "\(result.tail)")
        #expect(result.output.contains("data.channel_order bgr (was rgb)"), "\(result.tail)")
        let recipe = try String(contentsOf: run.appending(path: "recipe.yaml"), encoding: .utf8)
        #expect(recipe.contains("channel_order: bgr") && recipe.contains("pixel_mean: [103.939, 116.779, 123.68]"))
        // The same command again finds the run, and begins nothing anew: the weights may be gone.
        try FileManager.default.removeItem(at: backbone)
        let elsewhere = SmallWorld.train(
            SmallWorld.run("elsewhere"),
            ["training.initial=\(backbone.path)", "model.blocks=[2, 2, 1, 1]", "training.epochs=0.2"],
            resume: try SmallWorld.newestCheckpoint(run).path)
        for command in [train, elsewhere] {
            let again = try MPILauncher.run(ranks: 2, SmallWorld.jcm, command, timeout: 120)
            #expect(again.exitCode == 0 && again.output.contains("resumed from"), "\(again.tail)")
            #expect(!again.output.contains("begins with "))
        }
        // Rank 0 alone needs the checkpoint.
        let evaluate = "[ $OMPI_COMM_WORLD_RANK = 0 ] && run=$1 || run=/nowhere; exec \"$0\" evaluate \"$run\""
        let evaluated = try MPILauncher.run(
            ranks: 2, URL(filePath: "/bin/sh"), ["-c", evaluate, SmallWorld.jcm.path, run.path], timeout: 120)
        #expect(evaluated.exitCode == 0 && evaluated.output.contains("Re-identification: "), "\(evaluated.tail)")
        let output = SmallWorld.folder.appending(path: "out.safetensors")
        let exported = try MPILauncher.runAlone(
            SmallWorld.jcm, ["weights", "export", run.path, "--output", output.path, "--backbone"])
        #expect(exported.exitCode == 0 && exported.output.contains("BGR / 1, minus (103.939"), "\(exported.tail)")
        let back = try MPILauncher.runAlone(
            SmallWorld.jcm,
            ["weights", "import", output.path, "--recipe", "tiny", "--output", backbone.path + ".2"] + Self.blocks)
        #expect(back.exitCode == 0 && back.output.contains("data.channel_order bgr"), "\(back.tail)")
    }

    @Test("Initial weights that are missing, of no use or no checkpoint end every rank with one line")
    func refusals() throws {
        let backbone = try importWeights("weights_torch.safetensors")
        let run = SmallWorld.run("never")
        for (settings, words) in [
            (["training.initial=/nowhere/x.h5"], "/nowhere/x.h5"),
            (["training.initial=\(SmallWorld.prepared.path)"], "no checkpoint of jcm"),
            (["training.initial=\(backbone.path)", "model.base_width=2"], "has no tensor of the recipe's model"),
        ] {
            let result = try MPILauncher.run(ranks: 2, SmallWorld.jcm, SmallWorld.train(run, settings), timeout: 60)
            #expect(result.exitCode != 0 && result.exitCode != 124, "\(result.tail)")
            let lines = result.errorOutput.split(separator: "\n").filter { $0.contains("jcm:") }
            #expect(lines.count == 1 && lines[0].contains(words), "\(result.tail)")
        }
        #expect(!FileManager.default.fileExists(atPath: run.path))
        let result = try MPILauncher.runAlone(SmallWorld.jcm, ["predict", backbone.path, "a.jpg"])
        #expect(result.exitCode != 0 && result.errorOutput.contains("training.initial"), "\(result.tail)")
    }
}

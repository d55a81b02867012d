import Foundation
import HDF5
import Kernels
import Layers
import PersonData
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Model
@testable import Training

/// The line of the error that `body` throws; nil where it throws none.
private func line(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return "\(error)" }
    return nil
}

/// The files of `make_weight_fixtures.py`: the committed small ones, or those in `JCM_WEIGHTS` (`--full`).
private enum Files {
    static let folder = ProcessInfo.processInfo.environment["JCM_WEIGHTS"] ?? TestPaths.fixtures
    static let all = ["weights_torch.safetensors", "weights_keras_new.h5", "weights_keras_old.h5"]

    static func path(_ name: String) -> String { folder + "/" + name }
    static func group(_ name: String) -> String { name.contains("torch") ? "/torch" : "/keras" }

    static func expected() throws -> File { try File(reading: path("weights_expected.h5")) }

    /// What changes the tiny preset into the network of a file.
    static func changes(_ name: String) throws -> [String] {
        let (file, group) = (try expected(), group(name))
        let blocks: [Int] = try file.attribute("blocks", of: group)
        let base: Int = try file.attribute("base_width", of: group)
        let height: Int = try file.attribute("height", of: group), width: Int = try file.attribute("width", of: group)
        return [
            "model.base_width=\(base)", "model.blocks=\(blocks)", "model.input_height=\(height)",
            "model.input_width=\(width)", "model.column_norm=false",
        ]
    }
}

@Suite("Weights that others trained")
struct WeightImportTests {
    private static let dimensions = ModelDimensions(labels: 7, identities: 5, longestSequence: 4)

    /// A tiny model that begins with a checkpoint, and the column features of the fixture's pictures.
    private func columns(_ checkpoint: String, _ name: String) throws -> [Float] {
        var recipe = try RecipeReader.read("tiny", changes: Files.changes(name))
        recipe.training.initial = checkpoint
        recipe = try InitialWeights.adopt(InitialWeights.source(of: recipe), in: recipe).recipe
        let team = WorkerTeam(2, spins: false)
        defer { team.stop() }
        let model = try ModelFactory.build(recipe, Self.dimensions, microBatch: 2, team: team)
        _ = try InitialWeights.load(checkpoint, into: model)
        let file = try Files.expected()
        let shape = try file.shape(of: Files.group(name) + "/pictures")
        let pixels: [UInt8] = try file.read(Files.group(name) + "/pictures")
        let input = TestTensor(shape)
        let normalisation = PixelNormalisation(recipe.data.pixels)
        let size = shape[1] * shape[2] * 3
        pixels.withUnsafeBufferPointer { bytes in
            for picture in 0..<shape[0] {
                normalisation.apply(
                    bytes.baseAddress! + picture * size, height: shape[1], width: shape[2], flipped: false,
                    into: input.view.pointer + picture * size)
            }
        }
        return model.columns(input.view, .inference).array
    }

    @Test("Features are PyTorch's to 1e-4, in the preprocessing of each file", arguments: Files.all)
    func features(_ name: String) throws {
        try TestPaths.withTemporaryFolder { folder in
            let output = folder.appending(path: "backbone.h5").path
            let summary = try WeightImport.run(
                Files.path(name), recipe: "tiny", changes: Files.changes(name), output: output)
            #expect(summary.unused.count == 2 && summary.unused.allSatisfy { $0.contains("fc") || $0.contains("pred") })
            let expected: [Double] = try Files.expected().read(Files.group(name) + "/columns")
            let error = relativeError(try columns(output, name), expected)
            print("\(name): features differ by \(error) of the largest")
            #expect(error < 1e-4)
            // What the file wants is in the checkpoint.
            let recipe = try RunCheckpoint.recipe(of: CheckpointFile(output))
            #expect(recipe.model.strideIn == (name.contains("torch") ? .conv2 : .conv1))
            #expect(recipe.data.pixels.order == (name.contains("torch") ? .rgb : .bgr))
            #expect(recipe.data.pixels.scale == (name.contains("torch") ? 255 : 1))
        }
    }

    @Test("Each of pixels, order, stride, bias and ε matters: without it the features are others")
    func everyFactCounts() throws {
        try TestPaths.withTemporaryFolder { folder in
            let name = "weights_keras_new.h5"
            let output = folder.appending(path: "backbone.h5").path
            let expected: [Double] = try Files.expected().read("/keras/columns")
            for change in [
                "data.channel_order=rgb", "data.pixel_scale=2", "data.pixel_mean=[0, 0, 0]",
                "data.pixel_deviation=[1, 2, 1]", "model.stride_in=conv2",
            ] {
                _ = try WeightImport.run(
                    Files.path(name), recipe: "tiny", changes: Files.changes(name) + [change], output: output)
                #expect(relativeError(try columns(output, name), expected) > 1e-3, "\(change)")
            }
            // With the bias left out of the mean, or ε left as it is.
            _ = try WeightImport.run(Files.path(name), recipe: "tiny", changes: Files.changes(name), output: output)
            let weights = try KerasWeights(Files.path(name))
            let file = try CheckpointFile(output)
            let taken = try file.values(of: "/statistics/cnn.layer1.0.bn1.running_mean")
            let stored: [Float] = try File(reading: Files.path(name)).read(
                "/conv2_block1_1_bn/conv2_block1_1_bn/moving_mean:0")
            let bias: [Float] = try File(reading: Files.path(name)).read(
                "/conv2_block1_1_conv/conv2_block1_1_conv/bias:0")
            #expect(zip(stored, zip(bias, taken)).allSatisfy { $0 - $1.0 == $1.1 } && bias.contains { abs($0) > 0.1 })
            let variance = try file.values(of: "/statistics/cnn.layer1.0.bn1.running_var")[0]
            let theirs = try weights.values(of: "layer1.0.bn1.running_var")[0]
            #expect(abs(Double(variance) + 1e-5 - (Double(theirs) + 1.001e-5)) < 1e-12)
        }
    }

    @Test("Out as safetensors and in again: the same bits, pixels and stride", arguments: Files.all)
    func roundTrip(_ name: String) throws {
        try TestPaths.withTemporaryFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            _ = try WeightImport.run(
                Files.path(name), recipe: "tiny", changes: Files.changes(name), output: path("a.h5"))
            let written = try WeightExport.run(path("a.h5"), backboneOnly: false, output: path("a.safetensors"))
            let read = try WeightImport.run(
                path("a.safetensors"), recipe: "tiny", changes: Files.changes(name), output: path("b.h5"))
            #expect((written.tensors, written.elements) == (read.tensors, read.elements))
            #expect(read.unused.isEmpty)
            let (first, second) = (try CheckpointFile(path("a.h5")), try CheckpointFile(path("b.h5")))
            for data in try first.dataSets() {
                let (a, b) = (try first.values(of: data), try second.values(of: data))
                #expect(a.map(\.bitPattern) == b.map(\.bitPattern), "\(data)")
            }
            let recipes = try [first, second].map { try RunCheckpoint.recipe(of: $0) }
            #expect(recipes[0] == recipes[1])
            let preprocessing: String = try first.attribute("preprocessing")
            #expect(preprocessing == written.preprocessing)
        }
    }

    @Test("PyTorch's own names and order of elements come out")
    func names() throws {
        try TestPaths.withTemporaryFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let name = "weights_torch.safetensors"
            _ = try WeightImport.run(
                Files.path(name), recipe: "tiny", changes: Files.changes(name), output: path("a.h5"))
            _ = try WeightExport.run(path("a.h5"), backboneOnly: true, output: path("a.safetensors"))
            let (theirs, ours) = (try SafetensorsFile(Files.path(name)), try SafetensorsFile(path("a.safetensors")))
            let missing = Set(theirs.names).subtracting(ours.names)
            #expect(missing.allSatisfy { $0.hasPrefix("fc.") || $0.hasSuffix("num_batches_tracked") })
            #expect(Set(ours.names).isSubset(of: theirs.names))
            for tensor in ours.names {
                #expect(ours.shape(of: tensor) == theirs.shape(of: tensor))
                let (a, b) = (try ours.values(of: tensor), try theirs.values(of: tensor))
                #expect(a == b, "\(tensor)")
            }
        }
    }

    @Test("A network of other extents is refused with the first differences, and nothing is written")
    func otherNetwork() throws {
        try TestPaths.withTemporaryFolder { folder in
            let output = folder.appending(path: "backbone.h5").path
            for name in Files.all {
                let text = line {
                    _ = try WeightImport.run(
                        Files.path(name), recipe: "tiny",
                        changes: Files.changes(name) + ["model.base_width=2", "model.blocks=[2,2,2,1]"], output: output)
                }
                #expect(text?.contains("another network") == true && text?.contains("more)") == true, "\(text ?? "")")
                #expect(text?.contains("\n") == false)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }

    @Test("A backbone alone is nothing to predict with, and says what it is for")
    func backboneAlone() throws {
        try TestPaths.withTemporaryFolder { folder in
            let output = folder.appending(path: "backbone.h5").path
            _ = try WeightImport.run(
                Files.path(Files.all[0]), recipe: "tiny", changes: Files.changes(Files.all[0]), output: output)
            #expect(line { _ = try RunCheckpoint.describe(output) }?.contains("training.initial") == true)
        }
    }

    @Test("A start by name takes what agrees, and says what does not")
    func byName() throws {
        try TestPaths.withTemporaryFolder { folder in
            let output = folder.appending(path: "backbone.h5").path
            let name = Files.all[0]
            _ = try WeightImport.run(
                Files.path(name), recipe: "tiny", changes: Files.changes(name), output: output)
            var recipe = try RecipeReader.read("tiny", changes: Files.changes(name))
            recipe.training.initial = output
            let adopted = try InitialWeights.adopt(InitialWeights.source(of: recipe), in: recipe)
            #expect(adopted.changes == ["model.stride_in conv2 (was conv1)"])
            recipe.model.blocks = [1, 1, 1, 1]
            let model = try ModelFactory.build(recipe, Self.dimensions, microBatch: 1, team: .solo)
            let lines = try InitialWeights.load(output, into: model)
            #expect(lines.contains { $0.hasPrefix("  not there, drawn anew: birnn.weight_ih_l0") }, "\(lines)")
            #expect(lines.contains { $0.hasPrefix("  there, but of no use here: ") && $0.contains("cnn.layer1.1.") })
            recipe.model.baseWidth *= 2
            let other = try ModelFactory.build(recipe, Self.dimensions, microBatch: 1, team: .solo)
            let text = line { _ = try InitialWeights.load(output, into: other) }
            #expect(text?.contains("has no tensor of the recipe's model") == true)
        }
    }
}

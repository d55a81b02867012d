import Foundation
import TestSupport
import Testing

@testable import HDF5
@testable import Training

@Suite("Weight files that are damaged or meant ill")
struct HostileWeightsTests {
    private static let files = ["weights_torch.safetensors", "weights_keras_new.h5", "weights_keras_old.h5"]
    private static let changes = [
        "model.base_width=4", "model.blocks=[2, 2, 1, 1]", "model.input_height=64", "model.input_width=48",
    ]

    /// What the import of `content` says; nil where it is taken. Nothing may be left of a refused one.
    private func refusal(_ make: (String) throws -> Void) throws -> String? {
        try TestPaths.withTemporaryFolder { folder in
            let (source, output) = (folder.appending(path: "weights").path, folder.appending(path: "out.h5").path)
            try make(source)
            do {
                _ = try WeightImport.run(source, recipe: "tiny", changes: Self.changes, output: output)
                return nil
            } catch {
                let text = "\(error)"
                #expect(text.contains(source) && !text.contains("\n") && text.count < 1000, "\(text)")
                let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(left.allSatisfy { $0 == "weights" }, "\(left)")
                return text
            }
        }
    }

    private func original(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: TestPaths.fixtures + "/" + name))
    }

    @Test("Cut off anywhere, each is refused", arguments: files, Array(0..<25))
    func truncated(_ name: String, _ step: Int) throws {
        let whole = try original(name)
        // Close by the beginning, and then evenly to the last byte.
        let count = step < 8 ? [0, 1, 7, 8, 9, 100, 600, 2048][step] : (whole.count - 1) * (step - 7) / 17
        let text = try refusal { try whole.prefix(count).write(to: URL(filePath: $0)) }
        #expect(text != nil, "\(count) of \(whole.count) bytes accepted")
    }

    @Test(
        "A flipped bit in the header of safetensors is refused in one line, or leaves a whole checkpoint",
        arguments: 0..<60)
    func flippedHeader(_ seed: Int) throws {
        var content = try original(Self.files[0])
        let length = Int(content[0]) + Int(content[1]) << 8
        // The first cases hit the length, the others lie spread over the text.
        let position = seed < 8 ? seed : 8 + (length - 9) * (seed - 8) / 52
        content[position] ^= 1 << UInt8((seed * 5) % 8)
        let text = try refusal { try content.write(to: URL(filePath: $0)) }
        if seed < 8 { #expect(text != nil) }
    }

    @Test("What is no number gets into no checkpoint", arguments: files, Array(0..<12))
    func notFinite(_ name: String, _ seed: Int) throws {
        let text: String?
        if name.contains("torch") {
            // Whole floats of ones are NaN; the last tensor belongs to the last stage's projection.
            var content = try original(name)
            let position = content.count - 4 * (40 + seed)
            for byte in position..<position + 4 { content[byte] = 0xFF }
            text = try refusal { try content.write(to: URL(filePath: $0)) }
        } else {
            text = try refusal {
                try rewrite(name, to: $0) { path, _ in
                    path.contains("gamma") || path.contains("_W:") ? .notFinite(seed) : .keep
                }
            }
        }
        #expect(text?.contains("no weight") == true, "\(text ?? "accepted")")
    }

    /// What becomes of a data set.
    enum Change {
        case keep, drop, group, strings, integers, scalar, sixExtents, flattened, short, huge, negative
        case notFinite(Int)
    }

    /// Copies a file of Keras, each data set changed as `change` says.
    private func rewrite(_ name: String, to path: String, _ change: (String, [Int]) -> Change) throws {
        let source = try File(reading: TestPaths.fixtures + "/" + name)
        let target = try File(creating: path)
        for dataset in try source.datasets() {
            let shape = try source.shape(of: dataset)
            var values: [Float] = try source.read(dataset)
            switch change(dataset, shape) {
            case .keep: try target.write(values, shape: shape, to: dataset)
            case .drop: continue
            case .group: try target.createGroup(dataset)
            case .strings: try target.write(values.map { "\($0)" }, to: dataset)
            case .integers: try target.write(values.map { Int32(10 * $0) }, shape: shape, to: dataset)
            case .scalar: try target.write([values[0]], shape: [], to: dataset)
            case .sixExtents: try target.write(values, shape: [1, 1] + shape, to: dataset)
            case .flattened: try target.write(values, shape: [values.count, 1], to: dataset)
            case .short: try target.write(Array(values.dropLast()), shape: [values.count - 1], to: dataset)
            case .huge:
                // A place of its own is taken only once something is written: nothing is.
                _ = try target.create(dataset, ElementType.float.native, [1 << 30, 1 << 20], early: false)
            case .negative: try target.write(values.map { -$0 - 1 }, shape: shape, to: dataset)
            case .notFinite(let seed):
                values[seed % values.count] = seed % 2 == 0 ? .nan : .infinity
                try target.write(values, shape: shape, to: dataset)
            }
        }
        try target.close()
    }

    static let kinds = ["drop", "group", "strings", "integers", "scalar", "six extents", "flattened", "short", "huge"]

    private func change(_ kind: String) -> Change {
        switch kind {
        case "drop": .drop
        case "group": .group
        case "strings": .strings
        case "integers": .integers
        case "scalar": .scalar
        case "six extents": .sixExtents
        case "flattened": .flattened
        case "short": .short
        default: .huge
        }
    }

    @Test(
        "A data set of Keras that is missing, of another kind, type or extent is refused", arguments: kinds,
        ["kernel:0", "bias:0", "gamma:0", "moving_variance:0", "_W:0", "_b:0", "_running_mean:0", "_running_std:0"])
    func keras(_ kind: String, _ ending: String) throws {
        let isOld = ending.hasPrefix("_")
        let name = Self.files[isOld ? 2 : 1]
        // One layer in the middle is enough.
        let layer = isOld ? ["res3b_branch2b/", "bn3b_branch2b/"] : ["conv3_block2_2_conv/", "conv3_block2_2_bn/"]
        var changed = 0
        let text = try refusal {
            try rewrite(name, to: $0) { path, _ in
                guard path.hasSuffix(ending), layer.contains(where: { path.hasPrefix("/" + $0) }) else { return .keep }
                changed += 1
                return change(kind)
            }
        }
        #expect(changed == 1)
        #expect(text != nil, "\(kind) \(ending) accepted")
    }

    @Test("A variance below 0 is refused, in both layouts", arguments: [files[1], files[2]])
    func negativeVariance(_ name: String) throws {
        let text = try refusal {
            try rewrite(name, to: $0) { path, _ in
                path.hasSuffix("variance:0") || path.hasSuffix("_std:0") ? .negative : .keep
            }
        }
        #expect(text?.contains("variance below 0") == true)
    }

    @Test("An unchanged copy is taken, so the others are refused for their changes", arguments: [files[1], files[2]])
    func copy(_ name: String) throws {
        #expect(try refusal { try rewrite(name, to: $0) { _, _ in .keep } } == nil)
    }

    @Test("What is no weight file is named as what it is")
    func foreign() throws {
        let pickled = try refusal { try Data([0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0, 0]).write(to: URL(filePath: $0)) }
        #expect(pickled?.contains("save it as safetensors") == true)
        let empty = try refusal { try File(creating: $0).close() }
        #expect(empty?.contains("holds no ResNet of Keras") == true)
        #expect(try refusal { try Data(repeating: 65, count: 4096).write(to: URL(filePath: $0)) } != nil)
        #expect(try refusal { _ in } != nil)
    }
}

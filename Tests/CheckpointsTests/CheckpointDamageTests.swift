import Foundation
import HDF5
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Damaged and foreign checkpoints")
struct CheckpointDamageTests {
    /// Where each data set's bytes lie in the file.
    private func dataRanges(_ bytes: [UInt8]) throws -> [Range<Int>] {
        try CheckpointScene.entries(seed: 1).map { entry in
            let wanted = entry.tensor.array.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            }
            let start = try Self.place(of: wanted, in: bytes)
            return start..<start + wanted.count
        }
    }

    /// Where `wanted` begins in a file for the first time.
    private static func place(of wanted: [UInt8], in bytes: [UInt8]) throws -> Int {
        try #require(
            (0...bytes.count - wanted.count).first {
                bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
            })
    }

    /// Of the data and the signature alone: HDF5 1.10 itself can end or go on for ever on damaged structures.
    @Test("No flipped byte of the data is accepted, nor one of the file's signature")
    func flips() throws {
        try CheckpointScene.run { scene in
            try scene.write()
            let good = [UInt8](try Data(contentsOf: URL(filePath: scene.path)))
            var random = RandomStream(seed: 2, .test)
            for position in try dataRanges(good).flatMap({ Array($0) }) + Array(0..<8) {
                var bad = good
                bad[position] ^= 1 << UInt8(random.below(8))
                try Data(bad).write(to: URL(filePath: scene.path))
                let text = line { _ = try scene.read() }
                #expect(
                    text?.contains("take an earlier one") == true, "byte \(position): \(text ?? "accepted")")
                #expect(
                    text?.hasPrefix("checkpoint \(scene.path): ") == true && text?.contains("\n") == false)
            }
        }
    }

    /// Where the run stood and its recipe, where they lie in the file: a flipped bit would go on from another step.
    @Test("No flipped bit of an attribute's value is accepted; a file without their checksum is")
    func attributes() throws {
        try CheckpointScene.run { scene in
            let (step, loss, recipe) = (0x0123_4567_89AB, 0.7251838472910467, "training: {epochs: 55}")
            try scene.write([("step", step), ("loss", loss), ("recipe", recipe), ("ranks", [3, 4])])
            let good = [UInt8](try Data(contentsOf: URL(filePath: scene.path)))
            func bytes(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
            let values = [bytes(UInt64(step)), bytes(loss.bitPattern), Array(recipe.utf8), bytes(3) + bytes(4)]
            for value in values {
                let place = try Self.place(of: value, in: good)
                for position in place..<place + value.count {
                    for bit in 0..<8 {
                        var bad = good
                        bad[position] ^= 1 << UInt8(bit)
                        try Data(bad).write(to: URL(filePath: scene.path))
                        let text = line { _ = try CheckpointFile(scene.path) }
                        #expect(
                            text?.hasSuffix("take an earlier one") == true, "byte \(position): \(text ?? "accepted")")
                    }
                }
            }
            // The checksum under another name, as in a file that never had one.
            var old = good
            old[try Self.place(of: Array(AttributeChecksum.checksum.utf8), in: good)] = UInt8(ascii: "A")
            for content in [good, old] {
                try Data(content).write(to: URL(filePath: scene.path))
                #expect(try CheckpointFile(scene.path).attribute("step") == step)
            }
            #expect(try File(reading: scene.path).hasAttribute(AttributeChecksum.checksum) == false)
        }
    }

    /// As after damage: an HDF5 data set may have no extents at all, or more than a tensor can.
    @Test("A data set of no or of five extents is refused, and does not end the program")
    func strangeExtents() throws {
        for shape in [[], [1, 1, 1, 1, 17]] {
            try CheckpointScene.run { scene in
                try scene.write()
                let file = try File(updating: scene.path)
                try file.write(
                    [Float](repeating: 1, count: shape.reduce(1, *)), shape: shape, to: "/parameters/x")
                try file.setAttribute("data_sets", to: 4)
                try AttributeChecksum.set(file)
                try file.close()
                let entries =
                    CheckpointScene.empty() + [CheckpointEntry("/parameters/x", TestTensor([17]).view)]
                let text = line { try CheckpointFile(scene.path).read(entries, owned: ["/parameters/"]) }
                #expect(text?.contains("/parameters/x is ") == true && text?.contains("expected 17") == true)
            }
        }
    }

    @Test("A checkpoint that was cut off anywhere is refused")
    func truncated() throws {
        try CheckpointScene.run { scene in
            try scene.write()
            let good = try Data(contentsOf: URL(filePath: scene.path))
            for count in Array(stride(from: 0, to: good.count, by: 61)) + [good.count - 1] {
                try good.prefix(count).write(to: URL(filePath: scene.path))
                let text = line { _ = try scene.read() }
                #expect(
                    text?.hasPrefix("checkpoint \(scene.path): ") == true, "\(count) of \(good.count) bytes")
            }
        }
    }

    @Test("Names and shapes that do not agree are listed both ways, before anything is read")
    func otherModel() throws {
        try CheckpointScene.run { scene in
            try scene.write()
            let wanted = [
                ("/parameters/a.weight", [6, 3, 2, 2]), ("/parameters/c.weight", [2]),
                ("/adam/m/b.bias", [17]),
            ]
            let entries = wanted.map { CheckpointEntry($0, TestTensor($1).view) }
            let file = try CheckpointFile(scene.path)
            let text = try #require(line { try file.read(entries, owned: ["/parameters/", "/adam/"]) })
            #expect(text.contains("/parameters/a.weight is 6×2×2×3, expected 6×3×2×2"))
            #expect(text.contains("/parameters/c.weight is missing"))
            #expect(text.contains("/parameters/b.bias has no place in the model"))
            #expect(!text.contains("\n"))
            #expect(entries.allSatisfy { $0.tensor.array.allSatisfy { $0 == 0 } })
            // Groups that the reader does not own are no concern of its.
            try file.read(Array(CheckpointScene.empty().prefix(2)), owned: ["/parameters/"])
            let swapped = [CheckpointEntry("/parameters/b.bias", TestTensor([17, 1]).view)]
            #expect(line { try file.read(swapped, owned: []) }?.contains("is 17, expected 17×1") == true)
        }
    }

    @Test("Many differences are cut short, with their number")
    func manyDifferences() throws {
        try CheckpointScene.run { scene in
            try scene.write()
            let entries = (1...9).map { CheckpointEntry("/parameters/x\($0)", TestTensor([1]).view) }
            let text = line { try CheckpointFile(scene.path).read(entries, owned: ["/adam/"]) }
            #expect(text?.contains("and 7 more") == true)
        }
    }

    @Test("What is no checkpoint of this program is refused with a reason")
    func foreign() throws {
        func complaint(_ change: (File) throws -> Void) throws -> String? {
            var text: String?
            try CheckpointScene.run { scene in
                try scene.write()
                let file = try File(updating: scene.path)
                try change(file)
                try file.close()
                text = line { _ = try scene.read() }
            }
            return text
        }
        #expect(try complaint { _ in } == nil)
        #expect(
            try complaint { try $0.setAttribute("format", to: "other") }?.contains("no checkpoint of jcm")
                == true)
        #expect(
            try complaint { try $0.setAttribute("format_version", to: 2) }?.contains("update jcm") == true)
        #expect(try complaint { try $0.setAttribute("format_version", to: "1") } != nil)
        #expect(try complaint { try $0.setAttribute("step", to: 8) }?.contains("attributes are damaged") == true)
        let miscounted = try complaint {
            try $0.setAttribute("data_sets", to: 4)
            try AttributeChecksum.set($0)
        }
        #expect(miscounted?.contains("3 of its 4") == true)
        #expect(
            try complaint { try $0.setAttribute("crc32", of: "/parameters/b.bias", to: 1) }?
                .contains("/parameters/b.bias is damaged") == true)
        try CheckpointScene.run { scene in
            #expect(line { _ = try scene.read() }?.contains("cannot be opened") == true)
            try Data("no HDF5".utf8).write(to: URL(filePath: scene.path))
            #expect(line { _ = try scene.read() }?.contains("cannot be opened") == true)
            let other = try File(creating: scene.folder.appending(path: "other.h5").path)
            try other.close()
            let text = line { _ = try CheckpointFile(scene.folder.appending(path: "other.h5").path) }
            #expect(text?.contains("no checkpoint of jcm") == true)
        }
    }
}

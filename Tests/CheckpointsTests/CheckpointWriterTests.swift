import Foundation
import HDF5
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Checkpoint writer")
struct CheckpointWriterTests {
    @Test("What was written is read back bit for bit, with its attributes")
    func roundTrip() throws {
        try CheckpointScene.run { scene in
            let size = try scene.write([("step", 84_000), ("epoch", 1.25), ("recipe", "a: b\n# ß\n")])
            #expect(try scene.read() == CheckpointScene.bits(CheckpointScene.entries(seed: 1)))
            #expect(try Data(contentsOf: URL(filePath: scene.path)).count == size)
            let file = try CheckpointFile(scene.path)
            #expect(try file.attribute("step", as: Int.self) == 84_000)
            #expect(try file.attribute("epoch", as: Double.self) == 1.25)
            #expect(try file.attribute("recipe", as: String.self) == "a: b\n# ß\n")
            #expect(try file.dataSets().sorted() == CheckpointScene.shapes.map(\.0).sorted())
            #expect(try scene.names() == ["run.h5"])
        }
    }

    /// What a reader in another language relies on (checkpoints/README.md).
    @Test("Layout, format and checksums lie where the format says")
    func format() throws {
        try CheckpointScene.run { scene in
            try scene.write()
            let file = try File(reading: scene.path)
            #expect(try file.attribute("format", as: String.self) == "jcm checkpoint")
            #expect(try file.attribute("format_version", as: Int.self) == 1)
            #expect(try file.attribute("layout", of: "/parameters/a.weight", as: String.self) == "OHWI")
            #expect(try file.shape(of: "/parameters/a.weight") == [6, 2, 2, 3])
            for entry in CheckpointScene.entries(seed: 1) {
                let bytes = entry.tensor.array.flatMap { value in
                    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
                }
                #expect(try file.attribute("crc32", of: entry.path, as: Int.self) == Int(Self.crc(bytes)))
            }
        }
    }

    /// CRC-32 bit by bit, as RFC 1952 defines it.
    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }

    @Test("The checksum is zlib's")
    func knownChecksums() {
        func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { Checksum.of($0) } }
        #expect(checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(checksum([]) == 0)
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x190A_55AD)
        #expect(checksum(Array(0...255)) == Self.crc(Array(0...255)))
    }

    @Test("A new checkpoint takes the place of the old one")
    func replaces() throws {
        try CheckpointScene.run { scene in
            try scene.write(seed: 1)
            try scene.write(seed: 2)
            #expect(try scene.read() == CheckpointScene.bits(CheckpointScene.entries(seed: 2)))
            try Data("rubbish".utf8).write(to: URL(filePath: scene.path + ".partial"))
            try scene.write(seed: 3)
            #expect(try scene.read() == CheckpointScene.bits(CheckpointScene.entries(seed: 3)))
            #expect(try scene.names() == ["run.h5"])
        }
    }

    @Test("A write that fails midway leaves no file, and the old one as it was")
    func failsMidway() throws {
        try CheckpointScene.run { scene in
            let entries = CheckpointScene.entries(seed: 1)
            let twice = entries + [entries[0]]
            let text = line { _ = try CheckpointWriter.write(scene.path, twice, attributes: []) }
            #expect(text?.contains("cannot be written") == true && text?.contains("\n") == false)
            #expect(try scene.names() == [])
            try scene.write(seed: 5)
            let before = try Data(contentsOf: URL(filePath: scene.path))
            #expect(line { _ = try CheckpointWriter.write(scene.path, twice, attributes: []) } != nil)
            #expect(try Data(contentsOf: URL(filePath: scene.path)) == before)
            #expect(try scene.names() == ["run.h5"])
        }
    }

    @Test("A name that cannot be taken is an error, and no half file stays")
    func nameTaken() throws {
        try CheckpointScene.run { scene in
            try FileManager.default.createDirectory(
                atPath: scene.path + "/in the way", withIntermediateDirectories: true)
            let text = line { try scene.write() }
            #expect(text?.hasPrefix("checkpoint \(scene.path): cannot take its name") == true)
            #expect(try scene.names() == ["run.h5"])
        }
        let text = line {
            _ = try CheckpointWriter.write(
                "/no/such/folder/run.h5", CheckpointScene.entries(seed: 1), attributes: [])
        }
        #expect(text?.contains("cannot be written") == true && text?.contains("\n") == false)
    }

    @Test("A disk that is full leaves the old checkpoint")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            try CheckpointScene.run { scene in
                try scene.write(seed: 1)
                signal(SIGXFSZ, SIG_IGN)
                var limit = rlimit(rlim_cur: 2048, rlim_max: 2048)
                precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
                let text = line { try scene.write(seed: 2) }
                precondition(text?.contains("cannot be written") == true, "\(text ?? "written")")
                let names = try scene.names(), found = try scene.read()
                precondition(names == ["run.h5"], "\(names)")
                precondition(found == CheckpointScene.bits(CheckpointScene.entries(seed: 1)))
                // HDF5 1.10 ends by a signal in its own exit handler after a write that failed.
                _exit(0)
            }
        }
    }
}

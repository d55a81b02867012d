import Foundation
import HDF5
import Testing

@testable import PersonData

@Suite struct PreparedFileDamageTests {
    @Test func `a missing file says what writes one`() throws {
        let text = try #require(message { _ = try PreparedFileReader("/nowhere/a.h5") })
        #expect(
            text
                == "/nowhere/a.h5: cannot be read: No such file or directory; `jcm prepare` writes prepared files"
        )
    }

    @Test func `what is no prepared file is refused`() throws {
        let scene = try Scene()
        for (name, bytes) in [
            ("empty", [UInt8]()), ("text", Array("hello".utf8)),
            ("zeros", [UInt8](repeating: 0, count: 9999)),
        ] {
            let path = try scene.write(name, bytes)
            let text = try #require(message { _ = try PreparedFileReader(path) })
            #expect(text.hasPrefix(path) && text.contains("jcm prepare") && !text.contains("\n"))
        }
        let other = try File(creating: scene.path("other.h5"))
        try other.close()
        #expect(
            message { _ = try PreparedFileReader(scene.path("other.h5")) }?.contains("no prepared file")
                == true)
        #expect(message { _ = try PreparedFileReader(scene.folder) } != nil)
    }

    /// Changes a good file, and returns what the reader then says.
    func complaint(_ change: (File) throws -> Void) throws -> String {
        let scene = try Scene()
        let path = try writeSmallFile(scene.path("a.h5"))
        let file = try File(updating: path)
        try change(file)
        try file.close()
        try seal(path)
        return message { _ = try PreparedFileReader(path) } ?? "nothing"
    }

    @Test func `what contradicts itself is refused`() throws {
        #expect(try complaint { _ in } == "nothing")
        #expect(try complaint { try $0.setAttribute("format", to: "other") }.contains("no prepared file"))
        #expect(try complaint { try $0.setAttribute("format_version", to: 3) }.contains("version 3"))
        #expect(try complaint { try $0.setAttribute("format_version", to: "two") }.contains("format_version"))
        #expect(
            try complaint { try $0.setAttribute("attribute_table", to: "{}") }.contains("attribute table"))
        #expect(
            try complaint { try $0.setAttribute("attribute_table", to: AttributeTable.market1501.json) }
                .contains("/label_values is [6, 6], expected is [6, 35]"))
        #expect(
            try complaint { try $0.dataset("/split").write(rows: 1..<2, [UInt8(9)]) }.contains(
                "/split holds 9"))
        #expect(
            try complaint {
                try $0.dataset("/label_values").write(rows: 0..<1, [UInt8](repeating: 7, count: 6))
            }
            .contains("/label_values holds 7"))
        #expect(
            try complaint { try $0.dataset("/person_id").write(rows: 0..<1, [Int32(-1)]) }.contains(
                "identity -1"))
    }

    @Test func `a file that was cut off is refused at every length`() throws {
        let scene = try Scene()
        let whole = try Data(contentsOf: URL(fileURLWithPath: writeSmallFile(scene.path("a.h5"))))
        for length in stride(from: 0, to: whole.count, by: 97) {
            let path = try scene.write("cut.h5", whole.prefix(length))
            let text = try #require(
                message { _ = try PreparedFileReader(path) }, "\(length) of \(whole.count)")
            #expect(!text.contains("\n"))
        }
    }

    /// Seals a file after a change.
    private func seal(_ path: String) throws {
        let images = try File(reading: path).dataset("/images")
        try PreparedSeal.write(path, offset: images.fileOffset(), count: images.count)
    }

    @Test func `what another program changed is refused, what was written before there were seals is read`() throws {
        let scene = try Scene()
        let path = try writeSmallFile(scene.path("a.h5"))
        let file = try File(updating: path)
        try file.setAttribute("source", to: "another")
        try file.close()
        #expect(message { _ = try PreparedFileReader(path) }?.contains("lost its end, or was changed") == true)
        let old = try File(updating: path)
        try old.setAttribute("format_version", to: 1)
        try old.close()
        #expect(try PreparedFileReader(path).provenance.source == "another")
    }

    // Sealed anew, since the seal would refuse all of them.
    @Test func `a flipped bit in the numbers is an error or another value`() throws {
        let scene = try Scene()
        let path = try writeSmallFile(scene.path("a.h5"))
        let file = try File(reading: path)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var refused = 0
        for (name, bytes) in [("/person_id", 24), ("/camera_id", 24), ("/split", 6), ("/label_values", 36)] {
            let offset = try file.dataset(name).fileOffset()
            for place in offset..<(offset + bytes) {
                for bit in [0, 3, 7] {
                    var changed = whole
                    changed[place] ^= UInt8(1 << bit)
                    try scene.write("flipped.h5", changed)
                    try seal(scene.path("flipped.h5"))
                    if message({ _ = try PreparedFileReader(scene.path("flipped.h5")) }) != nil {
                        refused += 1
                    }
                }
            }
        }
        // 30 known label states at bits 3 and 7, 6 unknown ones at all bits; bits 3 and 7 of the splits; signs
        #expect(refused >= 12 + 30 * 2 + 6)
    }
}

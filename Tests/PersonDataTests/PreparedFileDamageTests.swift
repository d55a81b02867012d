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
        return message { _ = try PreparedFileReader(path) } ?? "nothing"
    }

    @Test func `what contradicts itself is refused`() throws {
        #expect(try complaint { _ in } == "nothing")
        #expect(try complaint { try $0.setAttribute("format", to: "other") }.contains("no prepared file"))
        #expect(try complaint { try $0.setAttribute("format_version", to: 2) }.contains("version 2"))
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

    @Test func `a flipped bit is an error or another value, never a crash`() throws {
        let scene = try Scene()
        let whole = try Data(contentsOf: URL(fileURLWithPath: writeSmallFile(scene.path("a.h5"))))
        for place in stride(from: 0, to: whole.count, by: 13) {
            var bytes = whole
            bytes[place] ^= UInt8(1 << (place % 8))
            let path = try scene.write("flipped.h5", bytes)
            if let reader = try? PreparedFileReader(path) {
                var total = 0
                for index in 0..<reader.count { total += Int(reader.pixels(of: index)[0]) }
                #expect(total >= 0)
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// A safetensors file of `header` and `data`, its length field true unless given.
private func bytes(_ header: String, _ data: [UInt8], length: UInt64? = nil) -> Data {
    let text = Array(header.utf8)
    let count = length ?? UInt64(text.count)
    return Data((0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text + data)
}

private func refusal(_ content: Data) throws -> String? {
    try TestPaths.withTemporaryFolder { folder in
        let path = folder.appending(path: "x.safetensors").path
        try content.write(to: URL(filePath: path))
        let text = line {
            for name in try SafetensorsFile(path).names { _ = try SafetensorsFile(path).values(of: name) }
        }
        if let text { #expect(text.hasPrefix("checkpoint \(path): ") && !text.contains("\n"), "\(text)") }
        return text
    }
}

@Suite("Safetensors")
struct SafetensorsTests {
    @Test("Floats of all four sizes are read, others are known by their size alone")
    func types() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "x.safetensors").path
            // 1.5 and −2 in each type.
            let header = """
                {"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]},
                "c":{"dtype":"F16","shape":[2,1],"data_offsets":[24,28]},"d":{"dtype":"BF16","shape":[2],"data_offsets":[28,32]},
                "n":{"dtype":"I64","shape":[],"data_offsets":[32,40]},"__metadata__":{"k":"v\\u00e9\\ud83d\\ude00\\n"}}  \n
                """
            var data: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]
            data +=
                [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 0, 0x3E, 0, 0xC0, 0xC0, 0x3F, 0, 0xC0]
                + [UInt8](repeating: 7, count: 8)
            try bytes(header, data).write(to: URL(filePath: path))
            let file = try SafetensorsFile(path)
            #expect(file.names == ["a", "b", "c", "d", "n"])
            for name in ["a", "b", "c", "d"] {
                let values = try file.values(of: name)
                #expect(values == [1.5, -2], "\(name)")
            }
            #expect(file.shape(of: "c") == [2, 1] && file.shape(of: "n") == [] && file.shape(of: "z") == nil)
            #expect(file.metadata == ["k": "vé😀\n"])
            #expect(line { _ = try file.values(of: "n") }?.contains("'n' holds I64; F64, F32, F16 or BF16") == true)
            #expect(line { _ = try file.values(of: "z") }?.contains("no tensor 'z'") == true)
        }
    }

    @Test("What is written is read: strange names, no elements, one number; a failure leaves nothing behind")
    func roundTrip() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "x.safetensors").path
            let names = ["a.\"b\"", "back\\slash", "ß\u{1}\n", "empty", "one"]
            let shapes = [[2, 3], [4], [1, 1], [0, 5], []]
            let entries = zip(names, shapes).map { SafetensorsWriter.Entry($0, shape: $1) }
            func values(_ index: Int) -> [Float] {
                (0..<shapes[index].reduce(1, *)).map { Float($0) - 1.25 * Float(index) }
            }
            let size = try SafetensorsWriter.write(path, entries, metadata: [("k\"", "v\\")], values: values)
            let stored = try Data(contentsOf: URL(filePath: path))
            #expect(stored.count == size && stored[0] % 8 == 0)
            let file = try SafetensorsFile(path)
            #expect(file.metadata == ["k\"": "v\\"])
            for (index, name) in names.enumerated() {
                #expect(file.shape(of: name) == shapes[index])
                let found = try file.values(of: name)
                #expect(found == values(index), "\(name)")
            }
            struct Stop: Error {}
            let other = folder.appending(path: "y.safetensors").path
            #expect(throws: Stop.self) { try SafetensorsWriter.write(other, entries) { _ in throw Stop() } }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left == ["x.safetensors"])
            let nowhere = line { _ = try SafetensorsWriter.write("/nowhere/x", entries, values: values) }
            #expect(nowhere?.contains("cannot be written") == true)
        }
    }

    private static let good = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#

    private static func one(_ type: String = #""F32""#, _ shape: String = "[2]", _ offsets: String = "[0,8]") -> String
    {
        #"{"a":{"dtype":\#(type),"shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }

    /// Headers that are wrong over 8 bytes of data.
    static let wrong: [String] = [
        "", "{", "}", "[]", "null", "{}", "{}x", good + "{}", " " + good, "\u{FEFF}" + good, good + "\0", "{\"a\":1}",
        "{\"a\":[]}",
        "{\"a\":{}}", "{\"a\":null}", "{a:{}}", "{\"a\"}", "{\"a\":{\"dtype\":\"F32\"}}",
        "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":[]}", "{\"__metadata__\":{\"k\":{\"l\":\"m\"}}}",
        one("\"F31\""), one("32"), one("\"f32\""), one("null"), one("\"F64\""), one("\"F16\""), one("\"\""),
        one("\"F32"), one("\"F3\\q\""), one("\"F3\\u12\""), one("\"\\ud800\""), one("\"\\ud800\\u0041\""),
        one(shape: "2"), one(shape: "[3]"), one(shape: "[-2]"), one(shape: "[2.0]"), one(shape: "[2e0]"),
        one(shape: "[02]"),
        one(shape: "[2,]"), one(shape: "[,2]"), one(shape: "[[2]]"), one(shape: "[\"2\"]"), one(shape: "[]"),
        one(shape: "[0]"),
        one(shape: "[9007199254740993]"), one(shape: "[99999999999999999999999]"),
        one(shape: "[4294967296,4294967296]"),
        one(shape: "[4611686018427387904,4]"),
        one(shape: "[" + Array(repeating: "1", count: 33).joined(separator: ",") + "]"),
        one(offsets: "[8,0]"), one(offsets: "[0]"), one(offsets: "[0,8,8]"), one(offsets: "[0,9]"),
        one(offsets: "[0,4]"),
        one(offsets: "[4,12]"), one(offsets: "[-8,0]"), one(offsets: "[]"), one(offsets: "8"),
        one(offsets: "[0,18446744073709551615]"),
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#,
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}"#,
        #"{"a":{"dtype":"F32" "shape":[2],"data_offsets":[0,8]}}"#,
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 50_000),
    ]

    @Test("Headers that say what cannot be are refused with one line", arguments: wrong.indices)
    func headers(_ index: Int) throws {
        let text = try refusal(bytes(Self.wrong[index], [UInt8](repeating: 0, count: 8)))
        #expect(text != nil, "accepted: \(Self.wrong[index].prefix(200))")
        #expect((text?.count ?? 0) < 500)
    }

    @Test("The good header of them is accepted, so the others are refused for what is wrong with them")
    func goodHeader() throws {
        #expect(try refusal(bytes(Self.good, [UInt8](repeating: 0, count: 8))) == nil)
        #expect(try refusal(bytes(Self.one(), [UInt8](repeating: 0, count: 8))) == nil)
        #expect(try refusal(bytes(Self.good, [UInt8](repeating: 0, count: 7))) != nil)
        #expect(try refusal(bytes(Self.good, [UInt8](repeating: 0, count: 9))) != nil)
    }

    @Test(
        "A length that the file has not is refused before memory is taken for it",
        arguments: [0, 1, 63, 1 << 20, 1 << 30, 100_000_000_000, UInt64(Int64.max), 1 << 63, .max, .max - 8] as [UInt64]
    )
    func lengths(_ length: UInt64) throws {
        let text = try refusal(bytes(Self.good, [UInt8](repeating: 0, count: 8), length: length))
        #expect(text != nil)
    }
}

extension SafetensorsTests {
    fileprivate static func one(shape: String) -> String { one(#""F32""#, shape, "[0,8]") }
    fileprivate static func one(offsets: String) -> String { one(#""F32""#, "[2]", offsets) }
}

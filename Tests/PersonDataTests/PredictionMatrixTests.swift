import Foundation
import TestSupport
import Testing

@testable import PersonData

/// A MATLAB file with one matrix of bytes.
private func matrixFile(_ name: String, _ rows: [[UInt8]], columns: Int) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
    func element(_ type: Int, _ data: [UInt8]) -> [UInt8] {
        word(type) + word(data.count) + data + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    }
    let header = Array("MATLAB 5.0 MAT-file".utf8)
    let values = (0..<columns).flatMap { column in rows.map { $0[column] } }
    let matrix =
        element(6, word(9) + word(0)) + element(5, word(rows.count) + word(columns)) + element(1, Array(name.utf8))
        + element(2, values)
    return header + [UInt8](repeating: 32, count: 124 - header.count) + [0, 1] + Array("IM".utf8) + element(14, matrix)
}

@Suite("Predictions as Market-1501's official evaluation takes them")
struct PredictionMatrixTests {
    /// gender hair age sleeve lowerLength lowerType hat backpack bag handbag upperColour lowerColour.
    private static let rows: [[UInt8]] = [
        [1, 2, 3, 1, 2, 1, 1, 2, 1, 2, 4, 9], [2, 1, 4, 2, 1, 2, 2, 1, 2, 1, 0, 7],
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8, 1],
    ]

    /// What a file says of a gallery of three pictures of known people, one of nobody and one of junk; or its refusal.
    private func read(
        _ name: String = "gallery", _ rows: [[UInt8]] = rows, columns: Int = 12, table: AttributeTable = .market1501
    ) throws -> (file: PredictionFile?, line: String) {
        try TestPaths.withTemporaryFolder { folder in
            let unknown = PersonLabels.unknown(table)
            func entry(_ name: String, _ person: Int) -> PersonEntry {
                PersonEntry(
                    path: "/nowhere/\(name)", name: "bounding_box_test/\(name)", personID: person, cameraID: 1,
                    split: .gallery, labels: unknown)
            }
            // not in the order of names, which is the matrix's
            let entries = [
                entry("0007_c2.jpg", 7), entry("0000_c1.jpg", 0), entry("0003_c1.jpg", 3), entry("-1_c1.jpg", -1),
                entry("0007_c1.jpg", 7),
            ]
            let prepared = folder.appending(path: "prepared.h5").path
            let writer = try PreparedFileWriter(
                prepared, catalogue: PersonCatalogue(table: table, entries: entries, source: "test"), height: 2,
                width: 1, provenance: PreparedProvenance(source: "test"))
            for index in 0..<5 {
                try [UInt8](repeating: 0, count: 6).withUnsafeBytes { try writer.write(index, $0) }
            }
            try writer.finish()
            let path = folder.appending(path: "said.mat")
            try Data(matrixFile(name, rows, columns: columns)).write(to: path)
            do {
                return (try PredictionFile(path.path, for: try PreparedFileReader(prepared)), "")
            } catch { return (nil, "\(error)") }
        }
    }

    @Test("A row is a picture of a known person in the order of names, a column an attribute in the official order")
    func readings() throws {
        let (found, line) = try read()
        let file = try #require(found, "\(line)")
        #expect(file.count == 3 && file.readings(of: "bounding_box_test/0000_c1.jpg") == nil)
        let table = AttributeTable.market1501
        func said(_ picture: String) -> [String: AttributeAnswer] {
            let readings = file.readings(of: "bounding_box_test/" + picture) ?? []
            return Dictionary(uniqueKeysWithValues: zip(table.attributes.map(\.name), readings.map(\.answer)))
        }
        #expect(
            said("0003_c1.jpg") == [
                "gender": .value(0), "hair": .value(1), "age": .value(2), "sleeve": .value(0), "lowerLength": .value(1),
                "lowerType": .value(0), "hat": .no, "backpack": .yes, "bag": .no, "handbag": .yes,
                "upperColour": .value(3), "lowerColour": .value(8),
            ])
        let second = said("0007_c1.jpg")
        #expect(second["hat"] == .yes && second["upperColour"] == .noColour && second["lowerColour"] == .value(6))
        #expect(said("0007_c2.jpg")["upperColour"] == .value(7))
    }

    @Test("Another order of attributes, or fewer, find their columns")
    func otherTables() throws {
        let table = try AttributeTable.market1501.without("hair").reordered(seed: 5)
        let file = try #require(try read(table: table).file)
        let readings = try #require(file.readings(of: "bounding_box_test/0007_c1.jpg"))
        #expect(readings.count == 11)
        #expect(table.index(of: "hat").map { readings[$0].answer } == .yes)
        #expect(table.index(of: "age").map { readings[$0].answer } == .value(3))
    }

    @Test("What is wrong with a file is said in one line")
    func refusals() throws {
        var odd = Self.rows
        odd[1][6] = 3
        let colour = odd.map { Array($0.prefix(10)) + [9, 1] }
        let cases: [((file: PredictionFile?, line: String), [String])] = [
            (try read("predictions"), ["no variable gallery, only: predictions"]),
            (try read("gallery", Self.rows.map { Array($0.prefix(11)) }, columns: 11), ["3×11", "12 columns"]),
            (try read("gallery", Array(Self.rows.prefix(2))), ["2 rows", "3 belong"]),
            (try read("gallery", odd), ["gallery(2, 7) is 3", "hat", "1 (no) or 2 (yes)"]),
            (try read("gallery", colour), ["gallery(1, 11) is 9", "upperColour", "1 to 8, or 0"]),
            (try read(table: .dukeMTMC), ["prepared.h5", "top is no attribute of Market-1501", "CSV"]),
        ]
        for (result, words) in cases {
            #expect(result.file == nil && !result.line.contains("\n"))
            for word in words { #expect(result.line.contains(word), "'\(word)' is not in: \(result.line)") }
        }
    }
}

import Foundation
import HDF5
import Testing

@testable import PersonData

/// Six pictures of 4×3, two train persons; every byte of picture i is 10 · i + its place in the row.
func smallCatalogue() -> PersonCatalogue {
    let rows: [(Int, Int, DataSplit, [UInt8])] = [
        (7, 1, .train, [1, 0, 1, 0, 0, 1]), (3, 2, .train, [0, 1, 0, 1, 1, 0]),
        (7, 2, .train, [1, 0, 1, 0, 0, 1]), (9, 1, .query, [1, 0, 255, 0, 0, 0]),
        (9, 2, .gallery, [1, 0, 255, 0, 0, 0]), (-1, 2, .gallery, [255, 255, 255, 255, 255, 255]),
    ]
    return PersonCatalogue(
        table: smallTable,
        entries: rows.enumerated().map { index, row in
            PersonEntry(
                path: "/nowhere/\(index).jpg", name: "\(row.2)/ä \(index).jpg", personID: row.0,
                cameraID: row.1,
                split: row.2, labels: PersonLabels(row.3))
        }, identityNames: [7: "Zoë"], source: "a test", notes: ["one finding"])
}

func smallPixels(_ index: Int) -> [UInt8] { (0..<36).map { UInt8(10 * index + $0 % 9) } }

@discardableResult
func writeSmallFile(_ path: String, _ catalogue: PersonCatalogue = smallCatalogue()) throws -> String {
    let writer = try PreparedFileWriter(
        path, catalogue: catalogue, height: 4, width: 3,
        provenance: PreparedProvenance(source: catalogue.source, date: "2026", notes: catalogue.notes))
    for index in catalogue.entries.indices.reversed() {
        try smallPixels(index).withUnsafeBytes { try writer.write(index, $0) }
    }
    try writer.finish()
    return path
}

@Suite struct PreparedFileTests {
    @Test func `what was written is read`() throws {
        let scene = try Scene()
        let reader = try PreparedFileReader(writeSmallFile(scene.path("a.h5")))
        let catalogue = smallCatalogue()
        #expect((reader.count, reader.height, reader.width) == (6, 4, 3))
        #expect(reader.table == smallTable)
        #expect(reader.personIDs == catalogue.entries.map(\.personID))
        #expect(reader.cameraIDs == catalogue.entries.map(\.cameraID))
        #expect(reader.splits == catalogue.entries.map(\.split))
        #expect(reader.names == catalogue.entries.map(\.name))
        #expect(reader.identityNames == [7: "Zoë"])
        #expect(reader.provenance.notes == ["one finding"])
        #expect(reader.provenance.date == "2026")
        #expect(reader.indices(of: .train) == [0, 1, 2])
        #expect(reader.indices(of: .query) == [3])
        #expect(reader.indices(of: .gallery) == [4, 5])
        #expect(reader.classOfPerson == [3: 0, 7: 1])
        #expect(reader.trainIdentityCount == 2)
        #expect(reader.longestSequence == 3)
        for index in 0..<6 {
            #expect(reader.labels(of: index) == catalogue.entries[index].labels)
            #expect(Array(reader.pixels(of: index)) == smallPixels(index))
        }
        #expect(reader.sequence(of: 1) == [2, 4, 5])
        #expect(reader.sequence(of: 5) == [])
        #expect(try scene.names() == ["a.h5"])
    }

    @Test func `pictures begin at a page where they are large`() throws {
        let scene = try Scene()
        let writer = try PreparedFileWriter(
            scene.path("a.h5"), catalogue: smallCatalogue(), height: 300, width: 300,
            provenance: PreparedProvenance(source: ""))
        #expect(writer.offset % 4096 == 0)
    }

    @Test func `a writer that goes away leaves nothing`() throws {
        let scene = try Scene()
        var writer: PreparedFileWriter? = try PreparedFileWriter(
            scene.path("a.h5"), catalogue: smallCatalogue(), height: 4, width: 3,
            provenance: PreparedProvenance(source: ""))
        #expect(writer != nil)
        #expect(try scene.names() == ["a.h5.partial1"])
        writer = nil
        #expect(try scene.names() == [])
    }

    @Test func `pixels are normalised with the mean and deviation of ImageNet, mirrored on demand`() throws {
        let scene = try Scene()
        let reader = try PreparedFileReader(writeSmallFile(scene.path("a.h5")))
        var plain = [Float](repeating: .nan, count: 36)
        var flipped = plain
        reader.normalise(2, flipped: false, into: &plain)
        reader.normalise(2, flipped: true, into: &flipped)
        let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        for (place, byte) in smallPixels(2).enumerated() {
            let expected = (Double(byte) / 255 - mean[place % 3]) / deviation[place % 3]
            #expect(abs(Double(plain[place]) - expected) < 1e-6)
            let (row, column) = (place / 9, place / 3 % 3)
            #expect(flipped[row * 9 + (2 - column) * 3 + place % 3] == plain[place])
        }
    }

    @Test func `another table gives other sequences of the same data`() throws {
        let scene = try Scene()
        let path = try writeSmallFile(scene.path("a.h5"))
        let rest = try PreparedFileReader(path, table: smallTable.without("gender"))
        #expect(rest.sequence(of: 1) == [2, 3])
        #expect(rest.storedTable == smallTable)
        #expect(rest.longestSequence == 2)
        let turned = try PreparedFileReader(path, table: smallTable.reordered([2, 0, 1]).withAllValues(true))
        #expect(turned.sequence(of: 0) == [3, 4, 7])
        #expect(turned.sequence(of: 1) == [1, 2, 5, 6])
        #expect(turned.labels(of: 3) == PersonLabels([0, 0, 0, 1, 0, 255]))
        let text = try #require(message { _ = try PreparedFileReader(path, table: .market1501) })
        #expect(text.hasPrefix(path) && !text.contains("\n"))
    }

    @Test func `data that training could not use are refused before a file is made`() throws {
        let scene = try Scene()
        func refusal(_ change: (inout PersonCatalogue) -> Void) -> String? {
            var catalogue = smallCatalogue()
            change(&catalogue)
            return message { try writeSmallFile(scene.path("a.h5"), catalogue) }
        }
        #expect(refusal { $0.entries = [] }?.contains("no pictures") == true)
        #expect(refusal { $0.entries[0].personID = 0 }?.contains("identity 0") == true)
        #expect(refusal { $0.entries[4].personID = 1 << 40 }?.contains("too large") == true)
        #expect(refusal { $0.entries[1].labels.states.removeLast() }?.contains("5 labels") == true)
        #expect(refusal { $0.entries[1].name = "a\0b" }?.contains("character 0") == true)
        #expect(refusal { _ in } == nil)
        #expect(try scene.names() == ["a.h5"])
    }

    @Test func `a file that cannot be written says so`() throws {
        let text = try #require(message { try writeSmallFile("/nowhere/at/all/a.h5") })
        #expect(text.hasPrefix("/nowhere/at/all/a.h5: ") && !text.contains("\n"))
    }
}

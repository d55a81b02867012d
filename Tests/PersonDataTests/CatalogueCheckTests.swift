import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct CatalogueCheckTests {
    func catalogue(_ scene: Scene, _ count: Int) throws -> PersonCatalogue {
        let entries = try (1...count).map { number in
            PersonEntry(
                path: try scene.write("\(number).jpg", ""), name: "\(number).jpg", personID: number, cameraID: 1,
                split: .train, labels: PersonLabels([1, 0, UInt8(number % 2), 1, 0, 0]))
        }
        return PersonCatalogue(
            table: smallTable, entries: entries, source: "a set",
            tallies: [Tally("pictures", count, published: 3), Tally("persons", count)], notes: ["odd; kept"])
    }

    @Test func `numbers stand beside the published ones`() throws {
        let scene = try Scene()
        let check = try CatalogueCheck(catalogue(scene, 3))
        #expect(
            check.lines == [
                "a set", "            found  published", "pictures        3          3", "persons         3          -",
                "3 attributes, K = 6, sequences of 2 to 3 tokens", "odd; kept",
            ])
        #expect(check.differences == 0)
        let other = try CatalogueCheck(catalogue(scene, 12))
        #expect(other.lines.contains("pictures       12          3   differs") && other.differences == 1)
    }

    @Test func `pictures that cannot be opened are counted, and an error only where none can`() throws {
        let scene = try Scene()
        let set = try catalogue(scene, 3)
        try FileManager.default.removeItem(atPath: scene.path("2.jpg"))
        let check = try CatalogueCheck(set)
        #expect(check.lines.last == "1 pictures cannot be opened: 2.jpg; left out")
        for number in [1, 3] { try FileManager.default.removeItem(atPath: scene.path("\(number).jpg")) }
        try FileManager.default.createDirectory(atPath: scene.path("1.jpg"), withIntermediateDirectories: true)
        #expect(message { _ = try CatalogueCheck(set) }?.contains("none of its 3 pictures can be opened") == true)
        var empty = set
        empty.entries = []
        #expect(message { _ = try CatalogueCheck(empty) }?.contains("no pictures") == true)
    }

    @Test func `a tally says whether it is the published number`() {
        #expect(Tally("cameras", 8, published: 8).line == "cameras: 8, as published")
        #expect(Tally("cameras", 7, published: 8).line == "cameras: 7, published are 8")
        #expect(Tally("cameras", 7).line == "cameras: 7" && Tally("cameras", 7).agrees)
    }

    @Test func `names of files stay on their line`() {
        #expect(["a\nb", "c\u{1B}[2J"].shortList == "a?b c?[2J")
        #expect(PersonDataError("a\nb", "c\nd").description == "a?b: c d")
    }
}

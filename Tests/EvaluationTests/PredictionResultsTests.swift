import Foundation
import TestSupport
import Testing

@testable import Evaluation
@testable import PersonData

/// Prepared data of five pictures: a query, three of known people and a distractor in the gallery.
private struct SmallGallery {
    let table: AttributeTable

    init() throws {
        table = try AttributeTable([
            PersonAttribute("gender", .named(["male", "female"])), PersonAttribute("hat", .binary),
            PersonAttribute("colour", .colour(["red", "green"])),
        ])
    }

    func data(in folder: URL) throws -> PreparedFileReader {
        let path = folder.appending(path: "prepared.h5").path
        let unknown = PersonLabels.unknown(table)
        func entry(_ name: String, _ split: DataSplit, _ person: Int, _ labels: PersonLabels) -> PersonEntry {
            PersonEntry(
                path: "/nowhere/\(name)", name: name, personID: person, cameraID: 1, split: split, labels: labels)
        }
        let catalogue = PersonCatalogue(
            table: table,
            entries: [
                entry("q/a.jpg", .query, 1, PersonLabels([1, 0, 0, 1, 0])),
                entry("g/a.jpg", .gallery, 1, PersonLabels([1, 0, 0, 1, 0])),
                entry("g/b.jpg", .gallery, 1, PersonLabels([1, 0, 0, 1, 0])),
                entry("g/c.jpg", .gallery, 2, PersonLabels([0, 1, 1, 0, 0])),
                entry("g/d.jpg", .gallery, 0, unknown),
            ], source: "test")
        let writer = try PreparedFileWriter(
            path, catalogue: catalogue, height: 2, width: 1, provenance: PreparedProvenance(source: "test"))
        for index in 0..<5 {
            try [UInt8](repeating: 0, count: 6).withUnsafeBytes { try writer.write(index, $0) }
        }
        try writer.finish()
        return try PreparedFileReader(path)
    }

    /// What `body` makes of a file of predictions.
    func with<Result>(
        _ text: String, _ body: (PreparedFileReader, PredictionFile) throws -> Result
    ) throws -> Result {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "said.csv").path
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let prepared = try data(in: folder)
            return try body(prepared, try PredictionFile(path, for: prepared))
        }
    }
}

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedPredictionTests {
    @Test
    func `Predictions are scored on the gallery's known people, in any order of rows and columns`() {
        TestWorld.run { world throws in
            let results = try SmallGallery().with(
                """
                hat,picture,colour,gender,remark
                no,g/a.jpg,red,male,x
                yes,c.jpg,none,female,
                yes,g/d.jpg,green,male,a distractor
                1,b.jpg,green,female,
                """
            ) { try PredictionResults($1, $0, world: world) }
            try check(results)
        }
    }

    private func check(_ results: PredictionResults) throws {
        #expect(results.rows.map(\.name) == ["gender", "hat", "colour"] && results.rows.map(\.pictures) == [3, 3, 3])
        let expected = [2.0 / 3, 2.0 / 3, 1.0 / 3]
        #expect(zip(results.rows, expected).allSatisfy { abs(($0.accuracy?.value ?? -1) - $1) < 1e-12 })
        #expect(results.rows.allSatisfy { $0.accuracy.map { $0.low <= $0.value && $0.value <= $0.high } == true })
        #expect(abs(results.protocols.figures.attributeAccuracy - 5.0 / 9) < 1e-12)
        #expect(results.pictures == 3 && results.ignored == 1 && results.protocols.identities == 2)
        #expect(results.table.contains("on 3 gallery pictures; 1 further predictions are not asked for"))
        let object = try JSONSerialization.jsonObject(with: results.json()) as? [String: [String: Any]]
        #expect(object?["attributes"]?["pictures"] as? Int == 3)
    }
}

@Suite("Predictions made elsewhere")
struct PredictionResultsTests {
    @Test(
        "What is wrong with a file is said in one line",
        arguments: [
            ("", ["is empty"]),
            ("path,gender,hat,colour\ng/a.jpg,male,no,red\n", ["no column picture"]),
            ("picture,gender,hat\ng/a.jpg,male,no\n", ["no column colour", "picture gender hat"]),
            ("picture,gender,hat,hat,colour\ng/a.jpg,male,no,no,red\n", ["2 columns are named hat"]),
            ("picture,gender,hat,colour\na.jpg,man,no,red\n", ["line 2", "gender", "\"man\"", "male female"]),
            ("picture,gender,hat,colour\na.jpg,male,,red\n", ["line 2", "hat", "yes or no"]),
            ("picture,gender,hat,colour\na.jpg,male,no,blue\n", ["line 2", "colour", "none or one of red green"]),
            ("picture,gender,hat,colour\na.jpg,male,no\n", ["line 2 has 3 fields"]),
            ("picture,gender,hat,colour\na.jpg,male,no,red\na.jpg,male,no,red\n", ["line 3", "second time"]),
            ("picture,gender,hat,colour\n,male,no,red\n", ["line 2 names no picture"]),
            ("picture,gender,hat,colour\na.jpg,male,no,red\n", ["lacks 2 of the 3", "g/b.jpg"]),
        ])
    func refusals(_ text: String, _ words: [String]) throws {
        var line = ""
        do {
            try SmallGallery().with(text) { try PredictionResults.check($1, $0, $0.knownGallery) }
        } catch {
            line = "\(error)"
        }
        #expect(!line.isEmpty && !line.contains("\n"))
        for word in words { #expect(line.contains(word), "'\(word)' is not in: \(line)") }
    }
}

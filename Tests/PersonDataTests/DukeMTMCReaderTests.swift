import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct DukeMTMCReaderTests {
    let fixture = TestPaths.fixtures + "/duke_small.mat"

    /// A folder as DukeMTMC-reID's, with empty files for pictures.
    func duke(_ scene: Scene, _ extra: [String] = []) throws -> String {
        let names = [
            "bounding_box_train/0001_c2_f0046182.jpg", "bounding_box_train/0370_c8_f0000001.jpg",
            "bounding_box_train/0679_c1_f0000001.jpg", "bounding_box_train/0001_c2_f0046182.jpg.txt",
            "query/0002_c1_f0044158.jpg", "query/0003_c3_f0044158.jpg", "bounding_box_test/0002_c2_f0044158.jpg",
            "bounding_box_test/0003_c3_f0044159.jpg", "bounding_box_test/0004_c4_f0044159.jpg",
            "bounding_box_test/7139_c5_f0044159.jpg",
        ]
        for name in names + extra { try scene.write("duke/" + name, "") }
        return scene.path("duke")
    }

    @Test func `names are taken apart, others are not`() {
        func parsed(_ name: String) -> [Int]? { DukeMTMCReader.parse(name).map { [$0.personID, $0.cameraID] } }
        #expect(parsed("0001_c2_f0046182.jpg") == [1, 2])
        #expect(parsed("7140_c8_f0000000.jpg") == [7140, 8])
        for odd in [
            "", ".jpg", "Thumbs.db", "0002_c1s1_000451_03.jpg", "001_c2_f0046182.jpg", "00001_c2_f0046182.jpg",
            "0001_c22_f0046182.jpg", "0001_c2_f046182.jpg", "0001_c2_g0046182.jpg", "0001_c2_f0046182.JPG",
            "-001_c2_f0046182.jpg", "0001_cx_f0046182.jpg", "0001_c2_f00461é.jpg", "../1_c2_f0046182.jpg",
        ] {
            #expect(parsed(odd) == nil, "\(odd)")
        }
    }

    @Test func `a folder becomes a catalogue`() throws {
        let scene = try Scene()
        let catalogue = try DukeMTMCReader(duke(scene), attributes: fixture).read()
        #expect(catalogue.table == .dukeMTMC)
        #expect(catalogue.entries.map(\.personID) == [1, 370, 679, 2, 3, 2, 3, 4, 7139])
        #expect(catalogue.entries.map(\.cameraID) == [2, 8, 1, 1, 3, 2, 3, 4, 5])
        #expect(catalogue.entries.map(\.split.rawValue) == [0, 0, 0, 1, 1, 2, 2, 2, 2])
        let words = catalogue.entries.map { entry in
            catalogue.table.sequence(entry.labels).map { catalogue.table.tokenNames[$0 - 1] }
        }
        #expect(
            words[0] == [
                "gender male", "top short", "shoes dark", "backpack", "upperColour purple", "lowerColour blue",
            ])
        #expect(
            words[1] == [
                "gender female", "shoes light", "boots", "hat", "bag", "handbag", "upperColour black",
                "lowerColour red",
            ])
        #expect(catalogue.table.trueAnswers(of: 1, catalogue.entries[1].labels) == nil)
        #expect(words[4].suffix(3) == ["upperColour brown", "lowerColour gray", "lowerColour blue"])
        #expect(words[7] == ["gender male", "top short", "shoes dark"])
        for line in [
            "DukeMTMC was withdrawn by its authors in 2019; read here for those who may use a copy that they hold",
            "train pictures: 3, published are 16522", "gallery persons: 4, published are 1110",
            "cameras: 6, published are 8", "gallery persons without a query (distractors): 2, published are 408",
            "1 files of other names skipped: 0001_c2_f0046182.jpg.txt",
            "1 queries without a picture by another camera in the gallery; they enter no figure",
            "labels: the fields of train and test are in different orders; they are read by name",
            "top: 2 train persons have no code of the table (identities 0370 0679); \(Treatment.unknown)",
            "lowerColour: 1 test persons with several colours; \(Treatment.several)",
            "lowerColour: 1 test persons without a colour; \(Treatment.none)",
        ] {
            #expect(catalogue.findings.contains(line), "\(line)")
        }
    }

    @Test func `the set is told from Market by its content`() throws {
        let scene = try Scene()
        let folder = try duke(scene)
        #expect(try PersonDataSet(folder).kind == .dukeMTMC)
        try scene.write("duke/bounding_box_train/0000_c1s1_000451_03.jpg", "")
        #expect(try PersonDataSet(folder).kind == .market1501)
        try FileManager.default.createDirectory(
            atPath: scene.path("above/DukeMTMC-reID"), withIntermediateDirectories: true)
        #expect(try PersonDataSet(scene.path("above")).kind == .dukeMTMC)
        try scene.write("bare/duke_attribute.mat", "")
        #expect(try PersonDataSet(scene.path("bare")).kind == .dukeMTMC)
        try scene.write("m.csv", "path")
        #expect(try PersonDataSet(scene.path("m.csv")).kind == .manifest)
        #expect(message { _ = try PersonDataSet(scene.path("nothing")) }?.contains("no such folder") == true)
        try scene.write("other/a.jpg", "")
        #expect(message { _ = try PersonDataSet(scene.path("other")) }?.contains("no data set") == true)
        #expect(message { _ = try PersonDataSet(folder, seed: 2) }?.contains("seed go with PETA") == true)
    }

    @Test func `what is missing or wrong is said in one line`() throws {
        let scene = try Scene()
        let folder = try duke(scene)
        #expect(message { _ = try DukeMTMCReader(folder).read() }?.contains("no duke_attribute.mat") == true)
        let market = TestPaths.fixtures + "/market_small.mat"
        #expect(
            message { _ = try DukeMTMCReader(folder, attributes: market).read() }?.contains(
                "no variable duke_attribute, only: market_attribute") == true)
        #expect(message { _ = try DukeMTMCReader(folder, attributes: folder).read() }?.contains("no file") == true)
        #expect(
            message { _ = try DukeMTMCReader(folder, attributes: "/dev/zero").read() }?.contains("device") == true)
        try scene.write("duke/query/0009_c1_f0044158.jpg", "")
        #expect(
            message { _ = try DukeMTMCReader(folder, attributes: fixture).read() }
                == "\(fixture): has no attributes of the query identities 9")
        try FileManager.default.removeItem(atPath: folder + "/query")
        #expect(message { _ = try DukeMTMCReader(folder, attributes: fixture).read() }?.contains("/query: ") == true)
    }

    @Test func `damaged labels are refused, or are other labels`() throws {
        for (name, least) in [("duke_small.mat", 0.95), ("duke_small_plain.mat", 0.5)] {
            let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: TestPaths.fixtures + "/" + name)))
            var texts: [String?] = []
            for length in stride(from: 0, to: whole.count, by: 7) {
                let text = message { _ = try DukeAttributes(MATLABFile("a.mat", Array(whole.prefix(length)))) }
                #expect(text != nil, "\(length) of \(whole.count)")
                texts.append(text)
            }
            var (refused, total) = (0, 0)
            for place in stride(from: 128, to: whole.count, by: 3) {
                var bytes = whole
                bytes[place] ^= UInt8(1 << (place / 3 % 8))
                let text = message { _ = try DukeAttributes(MATLABFile("a.mat", bytes)) }
                (refused, total) = (refused + (text == nil ? 0 : 1), total + 1)
                texts.append(text)
            }
            #expect(Double(refused) >= least * Double(total), "\(refused) of \(total)")
            for text in texts { #expect(text.map { $0.hasPrefix("a.mat: ") && !$0.contains("\n") } ?? true) }
        }
    }

    @Test func `the published attributes have the known dirt`() throws {
        guard let path = sharedData("duke_attribute.mat") else { return }
        let labels = try DukeAttributes(path)
        #expect((labels.train.count, labels.test.count) == (702, 702 + 408))
        #expect(
            labels.notes == [
                "labels: the fields of train and test are in different orders; they are read by name",
                "top: 2 train persons have no code of the table (identities 0370 0679); \(Treatment.unknown)",
                "upperColour: 1 train persons without a colour; \(Treatment.none)",
                "upperColour: 14 test persons without a colour; \(Treatment.none)",
                "lowerColour: 11 test persons without a colour; \(Treatment.none)",
                "lowerColour: 23 test persons with several colours; \(Treatment.several)",
            ])
        let table = AttributeTable.dukeMTMC
        let lengths = [labels.train, labels.test].flatMap { $0.values.map { table.sequence($0).count } }
        #expect(table.attributes.count == 10 && table.tokenCount == 26)
        #expect(table.withAllValues(true).tokenCount == 31)
        #expect(lengths.min() == 4 && lengths.max() == 8)
    }
}

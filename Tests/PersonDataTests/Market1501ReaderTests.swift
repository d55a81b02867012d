import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct Market1501ReaderTests {
    let fixture = TestPaths.fixtures + "/market_small.mat"

    /// A folder as Market-1501's, with empty files for pictures.
    func market(_ scene: Scene, _ extra: [String] = []) throws -> String {
        let names = [
            "bounding_box_train/0002_c1s1_000451_03.jpg", "bounding_box_train/0007_c6s3_077642_01.jpg",
            "bounding_box_train/1500_c3s2_000001_00.jpg", "bounding_box_train/Thumbs.db",
            "query/0001_c1s1_001051_00.jpg", "bounding_box_test/0001_c2s1_001976_01.jpg",
            "bounding_box_test/0000_c1s1_000151_01.jpg", "bounding_box_test/-1_c1s1_000401_03.jpg",
            "bounding_box_test/1501_c6s4_001902_01.jpg", "gt_bbox/0002_c1s1_000451_00.jpg",
        ]
        for name in names + extra { try scene.write("market/" + name, "") }
        return scene.path("market")
    }

    @Test func `names are taken apart, others are not`() {
        func parsed(_ name: String) -> [Int]? {
            Market1501Reader.parse(name).map { [$0.personID, $0.cameraID] }
        }
        #expect(parsed("0002_c1s1_000451_03.jpg") == [2, 1])
        #expect(parsed("-1_c6s1_000401_03.jpg") == [-1, 6])
        #expect(parsed("0000_c2s1_000151_01.jpg") == [0, 2])
        for odd in [
            "Thumbs.db", "", ".jpg", "0002_c1s1_000451_03.jpg.jpg", "0002_c1s1_000451_03.JPG",
            "0002_c1s1_00451_03.jpg",
            "0002_c1s1_000451_3.jpg", "0002_c12s1_000451_03.jpg", "a002_c1s1_000451_03.jpg",
            "-_c1s1_000451_03.jpg",
            "-2_c1s1_000451_03.jpg", "99999999999_c1s1_000451_03.jpg", "0002_x1s1_000451_03.jpg",
            "_c1s1_000451_03.jpg",
        ] {
            #expect(parsed(odd) == nil, "\(odd)")
        }
    }

    @Test func `a folder becomes a catalogue`() throws {
        let scene = try Scene()
        let catalogue = try Market1501Reader(market(scene), attributes: fixture).read()
        #expect(catalogue.table == .market1501)
        #expect(
            catalogue.entries.map(\.name) == [
                "bounding_box_train/0002_c1s1_000451_03.jpg", "bounding_box_train/0007_c6s3_077642_01.jpg",
                "bounding_box_train/1500_c3s2_000001_00.jpg", "query/0001_c1s1_001051_00.jpg",
                "bounding_box_test/-1_c1s1_000401_03.jpg", "bounding_box_test/0000_c1s1_000151_01.jpg",
                "bounding_box_test/0001_c2s1_001976_01.jpg", "bounding_box_test/1501_c6s4_001902_01.jpg",
            ])
        #expect(catalogue.entries.map(\.personID) == [2, 7, 1500, 1, -1, 0, 1, 1501])
        #expect(catalogue.entries.map(\.cameraID) == [1, 6, 3, 1, 1, 1, 2, 6])
        #expect(catalogue.entries.map(\.split.rawValue) == [0, 0, 0, 1, 2, 2, 2, 2])
        let words = catalogue.entries.map { entry in
            catalogue.table.sequence(entry.labels).map { catalogue.table.tokenNames[$0 - 1] }
        }
        #expect(
            words[0] == [
                "gender male", "hair short", "sleeve long", "lowerLength long", "lowerType pants", "backpack",
                "age adult",
                "upperColour red", "lowerColour blue",
            ])
        #expect(
            words[1] == [
                "gender female", "hair long", "sleeve short", "lowerLength short", "lowerType dress", "hat",
                "bag",
                "handbag", "age young", "lowerColour pink",
            ])
        #expect(words[2].suffix(3) == ["upperColour black", "lowerColour gray", "lowerColour brown"])
        #expect(catalogue.table.trueAnswers(of: 9, catalogue.entries[2].labels) == nil)
        #expect(words[3].suffix(3) == ["age teen", "upperColour white", "lowerColour black"])
        #expect(words[3] == words[6])
        for index in [4, 5] { #expect(catalogue.entries[index].labels == .unknown(.market1501)) }
        for line in [
            "train pictures: 3, published are 12936", "train persons: 3, published are 751",
            "cameras: 4, published are 6", "gallery distractors (identity 0000): 1, published are 2798",
            "gallery junk (identity -1): 1, published are 3819",
            "1 files of other names skipped: Thumbs.db",
            "labels: the fields of train and test are in different orders; they are read by name",
            "labels: 1 train persons have no picture (11); not used",
            "labels: 1 test persons have no picture (3); not used",
            "upperColour: 1 train persons without a colour; \(Treatment.none)",
            "lowerColour: 1 train persons with several colours; \(Treatment.several)",
            "upperColour: 1 test persons without a colour; \(Treatment.none)",
            "age: 1 train persons have no code of the table (identities 1500); \(Treatment.unknown)",
        ] {
            #expect(catalogue.findings.contains(line), "\(line)")
        }
    }

    @Test func `attributes are found in the folder or the one above`() throws {
        for place in ["market/market_attribute.mat", "market_attribute.mat"] {
            let scene = try Scene()
            let folder = try market(scene)
            try scene.write(place, Data(contentsOf: URL(fileURLWithPath: fixture)))
            #expect(try Market1501Reader(folder).read().entries.count == 8)
        }
        let scene = try Scene()
        let text = try #require(message { _ = try Market1501Reader(market(scene)).read() })
        #expect(text.contains("no market_attribute.mat") && !text.contains("\n"))
    }

    @Test func `persons without attributes are named`() throws {
        let scene = try Scene()
        let folder = try market(
            scene,
            ["bounding_box_train/0044_c1s1_000451_03.jpg", "bounding_box_train/0042_c1s1_000451_03.jpg"])
        #expect(
            message { _ = try Market1501Reader(folder, attributes: fixture).read() }
                == "\(fixture): has no attributes of the train identities 42 44")
        let other = try Scene()
        let test = try market(other, ["bounding_box_test/0002_c1s1_000451_03.jpg"])
        #expect(
            message { _ = try Market1501Reader(test, attributes: fixture).read() }?.contains(
                "gallery identities 2") == true)
    }

    @Test func `junk in train and missing folders are errors`() throws {
        let scene = try Scene()
        let folder = try market(scene, ["bounding_box_train/-1_c1s1_000451_03.jpg"])
        #expect(
            message { _ = try Market1501Reader(folder, attributes: fixture).read() }?.contains("identity -1")
                == true)
        try FileManager.default.removeItem(atPath: folder + "/query")
        try FileManager.default.removeItem(atPath: folder + "/bounding_box_train/-1_c1s1_000451_03.jpg")
        let text = try #require(message { _ = try Market1501Reader(folder, attributes: fixture).read() })
        #expect(text.contains("/query: ") && text.contains("No such file") && !text.contains("\n"))
    }

    @Test func `the published attributes have the known dirt`() throws {
        guard let path = sharedData("market_attribute.mat") else { return }
        let labels = try MarketAttributes(path)
        #expect((labels.train.count, labels.test.count) == (751, 750))
        #expect(
            labels.notes == [
                "labels: the fields of train and test are in different orders; they are read by name",
                "upperColour: 78 train persons without a colour; \(Treatment.none)",
                "lowerColour: 30 train persons without a colour; \(Treatment.none)",
                "upperColour: 69 test persons without a colour; \(Treatment.none)",
                "lowerColour: 44 test persons without a colour; \(Treatment.none)",
            ])
        let lengths = [labels.train, labels.test].flatMap {
            $0.values.map { AttributeTable.market1501.sequence($0).count }
        }
        #expect(lengths.min() == 6 && lengths.max() == 10)
        let females = labels.test.values.count { $0.states[1] == PersonLabels.yes }
        #expect(females > 200 && females < 500)
    }
}

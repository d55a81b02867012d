import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct PETAReaderTests {
    /// Three subsets: numbers with and without leading zeros, words, whole names; empty files for pictures.
    func peta(_ scene: Scene) throws -> String {
        let root = "peta/PETA dataset/"
        try scene.write(
            root + "TownCentre/archive/Label.txt",
            (1...9).map { "\($0) upperBodyBlack personalMale accessoryNothing personalLess30 upperBodyWhite" }
                .joined(separator: "\r\n"))
        for person in 1...9 {
            for picture in 0..<(person % 3 + 1) {
                try scene.write(root + "TownCentre/archive/000\(person)_\(picture)_x.jpg", "")
            }
        }
        try scene.write(
            root + "VIPeR/archive/Label.txt",
            """
            \u{FEFF}001 personalFemale hairLong footwearSneaker footwearRed accessoryShawl

            002\tpersonalMale personalFemale  hairShort carryingBackpack carryingOther accessoryShawl upperBodyTeal
            003 personalMale personalLess45
            003 personalFemale personalLess60
            099 personalMale
            """)
        for name in ["1_a.bmp", "01_b.bmp", "0002_a.BMP", "003_a.bmp", "x7_a.bmp", "Thumbs.db", "_a.bmp"] {
            try scene.write(root + "VIPeR/archive/" + name, "")
        }
        try scene.write(root + "CUHK/archive/Label.txt", "0001_2 personalMale hairBrown\n0001_3.png personalFemale\n")
        for name in ["0001_2.png", "0001_3.png"] { try scene.write(root + "CUHK/archive/" + name, "") }
        return scene.path("peta")
    }

    func words(_ catalogue: PersonCatalogue, _ name: String) throws -> [String] {
        let entry = try #require(catalogue.entries.first { $0.name == name }, "\(name)")
        return catalogue.table.sequence(entry.labels).map { catalogue.table.tokenNames[$0 - 1] }
    }

    @Test func `pictures get the labels of their persons`() throws {
        let scene = try Scene()
        let catalogue = try PETAReader(peta(scene), subsets: [.cuhk, .townCentre, .viper]).read()
        #expect(catalogue.table == .peta)
        #expect(catalogue.entries.count == 2 + 18 + 5)
        #expect(
            try words(catalogue, "TownCentre/archive/0005_1_x.jpg") == [
                "gender male", "age less30", "upperColour black", "upperColour white", "accessory nothing",
            ])
        for name in ["1_a.bmp", "01_b.bmp"] {
            #expect(
                try words(catalogue, "VIPeR/archive/" + name) == [
                    "gender female", "hairLength long", "footwearColour red", "footwearType sneakers",
                ])
        }
        #expect(
            try words(catalogue, "VIPeR/archive/0002_a.BMP") == [
                "gender male", "gender female", "hairLength short", "carrying backpack", "carrying other",
            ])
        #expect(try words(catalogue, "VIPeR/archive/003_a.bmp") == ["gender female", "age less60"])
        #expect(try words(catalogue, "CUHK/archive/0001_2.png") == ["gender male", "hairColour brown"])
        #expect(try words(catalogue, "CUHK/archive/0001_3.png") == ["gender female"])
        let stranger = try #require(catalogue.entries.first { $0.name == "VIPeR/archive/x7_a.bmp" })
        #expect(stranger.labels == .unknown(.peta))
        let names = Dictionary(uniqueKeysWithValues: catalogue.entries.map { ($0.name, $0.personID) })
        #expect(names["VIPeR/archive/1_a.bmp"] == names["VIPeR/archive/01_b.bmp"])
        #expect(Set(catalogue.identityNames.values).isSuperset(of: ["CUHK 0001_2", "TownCentre 1", "VIPeR x7"]))
        #expect(catalogue.identityNames.count == 15 && Set(catalogue.identityNames.values).count == 15)
    }

    @Test func `oddities are named and counted`() throws {
        let scene = try Scene()
        let catalogue = try PETAReader(peta(scene), subsets: [.cuhk, .townCentre, .viper]).read()
        for line in [
            "CUHK pictures: 2, published are 4563", "TownCentre pictures: 18, published are 6967",
            "TownCentre persons: 9, published are 231", "all persons: 15",
            "3 labels outside the 105 are discarded: accessoryShawl×2 upperBodyTeal×1",
            "1 persons have several lines in Label.txt (VIPeR 3); the last counts",
            "1 persons have no line in Label.txt (VIPeR x7); \(Treatment.unknown)",
            "1 lines of Label.txt have no picture (VIPeR 99); not used",
            "2 files of other names skipped: VIPeR/Thumbs.db VIPeR/_a.bmp",
            "gender: 1 persons with several values; \(Treatment.several)",
            "age: 4 persons without a value; \(Treatment.unknown)",
            "upperColour: 5 persons without a value; \(Treatment.none)",
            "upperColour: 9 persons with several values; \(Treatment.several)",
        ] {
            #expect(catalogue.findings.contains(line), "\(line)")
        }
    }

    @Test func `half of the persons train, and each other one with two pictures is asked for`() throws {
        let scene = try Scene()
        let folder = try peta(scene)
        func read(_ seed: UInt64) throws -> PersonCatalogue {
            try PETAReader(folder, subsets: [.townCentre], seed: seed).read()
        }
        let catalogue = try read(1)
        #expect(catalogue.counts(.train).persons == 5)
        func pictures(_ splits: DataSplit...) -> [Int: [PersonEntry]] {
            Dictionary(grouping: catalogue.entries.filter { splits.contains($0.split) }, by: \.personID)
        }
        #expect(pictures(.query, .gallery).count == 4)
        #expect(Set(pictures(.train).keys).isDisjoint(with: pictures(.query, .gallery).keys))
        for (person, list) in pictures(.query, .gallery) {
            #expect(list.count { $0.split == .query } == (list.count > 1 ? 1 : 0), "\(person)")
        }
        #expect(catalogue.entries.allSatisfy { $0.cameraID == 0 })
        #expect(try read(1) == catalogue)
        func splits(_ catalogue: PersonCatalogue) -> [String] {
            catalogue.entries.map { "\($0.name) \($0.split)" }.sorted()
        }
        let others = try (2...6).map { splits(try read($0)) }
        #expect(Set(others + [splits(catalogue)]).count > 3)
    }

    @Test func `a subset has the same halves and numbers whatever is read beside it, and may be the only test`() throws
    {
        let scene = try Scene()
        let folder = try peta(scene)
        let alone = try PersonDataSet(folder, subsets: "TownCentre").read()
        let beside = try PersonDataSet(folder, subsets: "CUHK,TownCentre,VIPeR", testSubsets: "TownCentre").read()
        func lines(_ catalogue: PersonCatalogue, _ keep: (PersonEntry) -> Bool) -> [String] {
            catalogue.entries.filter(keep).map { "\($0.name) \($0.personID) \($0.split)" }
        }
        #expect(lines(beside) { $0.split != .train } == lines(alone) { $0.split != .train })
        let taught = lines(beside) { $0.split == .train }
        #expect(Set(lines(alone) { $0.split == .train }).isStrictSubset(of: taught))
        #expect(beside.source.hasSuffix("test TownCentre"))
        let stranger = message { _ = try PersonDataSet(folder, subsets: "VIPeR", testSubsets: "TownCentre") }
        #expect(stranger?.contains("TownCentre is to test") == true)
    }

    @Test func `the paper's subsets are read unless others are named, and are all needed`() throws {
        #expect(PETASubset.paper.reduce(0) { $0 + $1.pictures } == 13_549)
        #expect(PETASubset.allCases.reduce(0) { $0 + $1.pictures } == 19_000)
        #expect(try PETASubset.list("paper") == PETASubset.paper && PETASubset.paper.count == 8)
        #expect(try PETASubset.list("all").count == 10)
        #expect(try PETASubset.list("viper,3DPeS,VIPeR") == [.threeDPeS, .viper])
        for odd in ["", ",", "VIPeR, MIT", "../VIPeR", "VIPeR/../CUHK"] {
            #expect(message { _ = try PETASubset.list(odd) }?.contains("paper, all") == true, "\(odd)")
        }
        let scene = try Scene()
        let folder = try peta(scene)
        #expect(try PersonDataSet(folder).kind == .peta)
        #expect(try PersonDataSet(folder + "/PETA dataset").kind == .peta)
        #expect(try PersonDataSet(folder, subsets: "VIPeR,CUHK", seed: 3).read().entries.count == 7)
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("PETA's 3DPeS") == true)
        #expect(message { _ = try PersonDataSet(folder, labels: "a") }?.contains("label file with the other") == true)
    }

    @Test func `the table has the 105 labels in twelve groups`() {
        let table = AttributeTable.peta
        #expect(table.attributes.count == 12 && table.tokenCount == 105 && table.withAllValues(true).tokenCount == 105)
        #expect(PETALabels.names.count == 105 && Set(PETALabels.names).count == 105)
        #expect(PETALabels.groups.map(\.labels.count) == [2, 5, 11, 3, 11, 15, 11, 12, 11, 6, 11, 7])
        #expect(Set(PETALabels.groups.flatMap(\.labels)) == Set(PETALabels.names))
        #expect(Set(PETALabels.names.compactMap { PETALabels.values[$0] }) == Set(0..<105))
        for (label, name) in [
            ("personalLess15", "age less15"), ("carryingShoppingTro", "carrying shoppingTro"),
            ("lowerBodyGrey", "lowerColour grey"), ("upperBodyVNeck", "upperType vNeck"),
            ("footwearSneaker", "footwearType sneakers"), ("hairBald", "hairLength bald"),
        ] {
            #expect(PETALabels.values[label].map { table.tokenNames[$0] } == name)
        }
    }

    @Test func `folders and label files that cannot be read are named`() throws {
        let scene = try Scene()
        let folder = try peta(scene)
        func complaint(_ subset: PETASubset) -> String {
            message { _ = try PETAReader(folder, subsets: [subset]).read() } ?? "nothing"
        }
        #expect(complaint(.mit).contains("PETA dataset/MIT/archive: is no folder of PETA's MIT that can be read"))
        let file = folder + "/PETA dataset/VIPeR/archive/Label.txt"
        for (bytes, words) in [
            (Array("a b c\n".utf8), "none of PETA's labels"), ([], "none of PETA's labels"),
            (Array("1 personalMale\n2 personalMale \u{0}\n".utf8), "line 2: is no text"),
            (Array("1 personalMale\n".utf8) + [0xFF, 0xFE], "line 2: is no text"),
        ] {
            try scene.write("peta/PETA dataset/VIPeR/archive/Label.txt", bytes)
            #expect(complaint(.viper).contains(words) && complaint(.viper).hasPrefix(file), "\(complaint(.viper))")
        }
        try FileManager.default.removeItem(atPath: file)
        #expect(complaint(.viper).contains("No such file"))
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/dev/zero")
        #expect(complaint(.viper).contains("device"))
        try FileManager.default.removeItem(atPath: file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(complaint(.viper).contains("pipe"))
        try FileManager.default.removeItem(atPath: file)
        #expect(FileManager.default.createFile(atPath: file, contents: nil) && truncate(file, 1 << 40) == 0)
        #expect(complaint(.viper).contains("1099511627776 bytes"))
    }

    @Test func `damaged label files are refused in a line, or read as other labels`() throws {
        let scene = try Scene()
        let path = try peta(scene) + "/PETA dataset/VIPeR/archive/Label.txt"
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var cases = (0..<whole.count).map { Array(whole.prefix($0)) }
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= UInt8(1 << (place % 8))
            cases.append(bytes)
        }
        var refused = 0
        for bytes in cases {
            do {
                let file = try PETALabelFile("a.txt", bytes, .viper)
                #expect(file.labels.values.allSatisfy { $0.states.count == 105 })
            } catch {
                refused += 1
                #expect("\(error)".hasPrefix("a.txt: ") && !"\(error)".contains("\n"))
            }
        }
        #expect(cases.count > 400 && refused > 20 && refused < cases.count)
    }

    @Test func `identities that point elsewhere are only words`() throws {
        let text = "../../etc/passwd personalMale\n/dev/zero personalMale\n99999999999999999999999 personalMale\n"
        let file = try PETALabelFile("a.txt", Array(text.utf8), .grid)
        #expect(Set(file.labels.keys) == ["../../etc/passwd", "/dev/zero", "99999999999999999999999"])
        let scene = try Scene()
        try scene.write("GRID/archive/Label.txt", text)
        try scene.write("GRID/archive/99999999999999999999999_1.jpeg", "")
        let catalogue = try PETAReader(scene.folder, subsets: [.grid]).read()
        #expect(catalogue.entries.map(\.path) == [scene.path("GRID/archive/99999999999999999999999_1.jpeg")])
    }
}

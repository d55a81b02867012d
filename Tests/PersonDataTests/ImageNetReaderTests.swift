import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite("ImageNet-2012 is read in its usual layouts")
struct ImageNetReaderTests {
    private static let train = [
        "n00000002/n00000002_10.JPEG", "n00000001/n00000001_7.JPEG", "n00000001/n00000001_12.JPEG",
        "n00000003/n00000003_1.JPEG", "n00000003/notes.txt",
    ]
    private static let flat = (1...4).map { "ILSVRC2012_val_0000000\($0).JPEG" }

    /// A folder with empty files for pictures.
    private func imageNet(
        _ scene: Scene, train: String = "train", val: String = "val", _ pictures: [String]
    ) throws -> String {
        for name in Self.train { try scene.write("set/\(train)/\(name)", "") }
        for name in pictures { try scene.write("set/\(val)/\(name)", "") }
        return scene.path("set")
    }

    private func validation(_ catalogue: PersonCatalogue) -> [Int] {
        catalogue.entries.filter { $0.split == .gallery }.map(\.personID)
    }

    @Test(
        "Folders by wnid, in each of the places where train and val lie",
        arguments: [
            ("train", "val"), ("ILSVRC2012_img_train", "ILSVRC2012_img_val"),
            ("Data/CLS-LOC/train", "Data/CLS-LOC/val"),
            ("ILSVRC/Data/CLS-LOC/train", "ILSVRC/Data/CLS-LOC/val"),
        ])
    func folders(_ train: String, _ val: String) throws {
        let scene = try Scene()
        let folder = try imageNet(
            scene, train: train, val: val, ["n00000003/a.JPEG", "n00000001/b.JPEG", "n00000003/c.JPEG"])
        let set = try PersonDataSet(folder)
        #expect(set.kind == .imageNet)
        let catalogue = try set.read()
        #expect(catalogue.table == .none)
        #expect(catalogue.identityNames == [1: "n00000001", 2: "n00000002", 3: "n00000003"])
        let training = catalogue.entries.filter { $0.split == .train }
        #expect(training.map(\.personID) == [1, 1, 2, 3])
        #expect(training[0].name == "\((train as NSString).lastPathComponent)/n00000001/n00000001_12.JPEG")
        #expect(catalogue.entries.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
        #expect(validation(catalogue) == [1, 3, 3])
        #expect(catalogue.notes[0] == "1 files and folders of other names skipped: notes.txt")
        #expect(catalogue.tallies.map(\.found) == [4, 3, 3, 2])
        #expect(catalogue.tallies.map(\.published) == [1_281_167, 1_000, 50_000, 1_000])
    }

    @Test("A flat val takes its classes from the developers' kit, whose ids are not in the order of the wnids")
    func developersKit() throws {
        let scene = try Scene()
        let folder = try imageNet(scene, Self.flat)
        let kit = "set/ILSVRC2012_devkit_t12/data/"
        let meta = try Data(contentsOf: URL(filePath: TestPaths.fixtures + "/imagenet_meta.mat"))
        try scene.write(kit + "meta.mat", meta)
        try scene.write(kit + "ILSVRC2012_validation_ground_truth.txt", "1\n2\n3\n1\n")
        #expect(validation(try PersonDataSet(folder).read()) == [3, 1, 2, 3])
        for (text, words) in [
            ("1\n2\n\n1\n", "line 3"), ("1\n2\n9\n1\n", "line 3: '9'"), ("1\n2\nx\n1\n", "line 3: 'x'"),
            ("1\n2\n3\n", "no class of ILSVRC2012_val_00000004.JPEG"),
            ("4\n4\n4\n4\n", "n00000009, which train has not"),
        ] {
            try scene.write(kit + "ILSVRC2012_validation_ground_truth.txt", text)
            let said = message { _ = try PersonDataSet(folder).read() }
            #expect(said?.contains(words) == true, "\(text): \(said ?? "nothing")")
        }
        try FileManager.default.removeItem(atPath: scene.path(kit + "meta.mat"))
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("needs meta.mat") == true)
    }

    @Test("A flat val takes its classes from LOC_val_solution.csv, also by --labels")
    func solution() throws {
        let scene = try Scene()
        let folder = try imageNet(scene, Self.flat)
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("name one with --labels") == true)
        let lines = zip([4, 1, 3, 2], ["n00000002", "n00000003", "n00000001", "n00000003"])
            .map { "ILSVRC2012_val_0000000\($0),\($1) 1 2 3 4 n00000001 1 2 3 4" }
        let text = (["ImageId,PredictionString"] + lines).joined(separator: "\n")
        let elsewhere = try scene.write("elsewhere/truth.csv", text)
        #expect(validation(try PersonDataSet(folder, labels: elsewhere).read()) == [3, 3, 1, 2])
        try scene.write("set/LOC_val_solution.csv", text)
        #expect(validation(try PersonDataSet(folder).read()) == [3, 3, 1, 2])
        try scene.write("set/LOC_val_solution.csv", "ImageId,PredictionString\nILSVRC2012_val_00000001\n")
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("line 2") == true)
        try scene.write("set/LOC_val_solution.csv", [0x49, 0xFF, 0xFE])
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("is no text") == true)
    }

    @Test("A class without pictures, and a class of val that train has not, are errors; no val is a note")
    func oddities() throws {
        let scene = try Scene()
        let folder = try imageNet(scene, [])
        let alone = try PersonDataSet(folder).read()
        #expect(validation(alone).isEmpty && alone.notes.contains { $0.contains("nothing to evaluate on") })
        try scene.write("set/val/n00000008/a.JPEG", "")
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("class that train has not") == true)
        try FileManager.default.createDirectory(
            atPath: scene.path("set/train/n00000004"), withIntermediateDirectories: true)
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("has no pictures") == true)
        #expect(message { _ = try PersonDataSet(folder, seed: 1).read() }?.contains("seed go with PETA") == true)
    }

    @Test("meta.mat damaged anywhere is an error or read, never a trap", arguments: 0..<100)
    func damage(_ part: Int) throws {
        let path = TestPaths.fixtures + "/imagenet_meta.mat"
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let sound = try MATLABFile(path, bytes).read("synsets")
        var cut = Array(bytes.prefix(bytes.count * part / 100))
        #expect(message { _ = try MATLABFile(path, cut).read("synsets") } != nil)
        cut = bytes
        let place = 128 + (bytes.count - 128) * part / 100
        cut[place] ^= UInt8(1 << (part % 8))
        // a flip that the zlib checksum does not see lies in padding
        if message({ _ = try MATLABFile(path, cut).read("synsets") }) == nil {
            #expect(try MATLABFile(path, cut).read("synsets") == sound)
        }
    }
}

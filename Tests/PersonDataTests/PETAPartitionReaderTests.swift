import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct PETAPartitionReaderTests {
    private static let fixtures = TestPaths.fixtures
    private let fixture = fixtures + "/peta_small.mat"

    /// A folder of twelve empty pictures and a file that is none, with the label file beside them.
    private func peta(_ scene: Scene) throws -> String {
        for number in 1...12 { try scene.write("peta/" + PETAPartitionReader.path(nil, number), "") }
        for name in ["images/Thumbs.db", "images/13.png", "images/00001.jpg"] { try scene.write("peta/" + name, "") }
        try scene.write("peta/PETA.mat", Data(contentsOf: URL(filePath: fixture)))
        return scene.path("peta")
    }

    private func words(_ catalogue: PersonCatalogue, _ number: Int) -> [String] {
        catalogue.entries.filter { $0.name == PETAPartitionReader.path(nil, number) }.flatMap { entry in
            catalogue.table.sequence(entry.labels).map { catalogue.table.tokenNames[$0 - 1] }
        }
    }

    @Test func `pictures get the selected labels, train and val train, test is the gallery`() throws {
        let scene = try Scene()
        let source = try PersonDataSet(peta(scene))
        #expect(source.kind == .petaPartition)
        let catalogue = try source.read()
        #expect(catalogue.table.attributes.map(\.name) == ["personalLess30", "personalMale", "footwearSneakers"])
        #expect(catalogue.table.attributes.allSatisfy { $0.kind == .binary } && catalogue.table.tokenCount == 3)
        func numbers(_ split: DataSplit) -> [Int] {
            catalogue.entries.filter { $0.split == split }.compactMap { Int($0.name.dropFirst(7).dropLast(4)) }
        }
        #expect(numbers(.train) == [1, 2, 3, 4, 5, 7, 9, 11] && numbers(.gallery) == [6, 8, 10, 12])
        #expect(numbers(.query).isEmpty)
        #expect(words(catalogue, 4) == ["personalLess30", "personalMale", "footwearSneakers"])
        #expect(words(catalogue, 1).isEmpty && words(catalogue, 10) == ["personalLess30"])
        #expect(Set(catalogue.entries.map(\.personID)) == Set(1...6) && catalogue.identityNames.isEmpty)
        #expect(catalogue.entries.allSatisfy { $0.cameraID == 0 && $0.path == scene.path("peta/" + $0.name) })
    }

    @Test func `the file's numbers stand beside those that are stated, and what is odd is said`() throws {
        let scene = try Scene()
        let catalogue = try PersonDataSet(peta(scene), partition: 1).read()
        for line in [
            "pictures: 12, published are 19000", "persons: 6, published are 8705", "labels: 5, published are 105",
            "selected labels: 3, published are 35", "partitions: 2, published are 5",
            "train pictures: 6, published are 9500", "validation pictures: 2, published are 1900",
            "test pictures: 4, published are 7600", "train and validation persons: 6", "test persons: 4",
            "3 files of other names skipped: 00001.jpg 13.png Thumbs.db",
        ] {
            #expect(catalogue.findings.contains(line), "\(line): \(catalogue.findings)")
        }
        #expect(catalogue.notes.contains { $0.hasPrefix("4 test pictures show 4 persons who train, too: ") })
        let second = try PersonDataSet(scene.path("peta"), partition: 2).read()
        #expect(second.counts(.train).pictures == 4 && second.counts(.gallery).pictures == 3)
        #expect(second.notes.contains("5 pictures are in no part of the partition; not used"))
        #expect(second.fingerprint != catalogue.fingerprint && second.source.hasPrefix("PETA, partition 2 of "))
    }

    @Test func `the label file may lie elsewhere; options of other sets, and what is not there, are refused`() throws {
        let scene = try Scene()
        let folder = try peta(scene)
        try FileManager.default.removeItem(atPath: folder + "/PETA.mat")
        #expect(message { _ = try PersonDataSet(folder).read() }?.contains("there is no PETA.mat in it or") == true)
        #expect(try PersonDataSet(folder, labels: fixture).read().entries.count == 12)
        for odd in [0, 3, -1] {
            let found = message { _ = try PersonDataSet(folder, labels: fixture, partition: odd).read() }
            #expect(found?.contains("peta_small.mat: has no partition \(odd), but 2") == true, "\(found ?? "")")
        }
        let seeded = message { _ = try PersonDataSet(folder, seed: 2) }
        #expect(seeded?.contains("is PETA with PETA.mat: subsets and seed go with PETA") == true, "\(seeded ?? "")")
        #expect(message { _ = try PersonDataSet(folder + "/..", partition: 1) } != nil)
        try FileManager.default.removeItem(atPath: folder + "/images")
        try scene.write("peta/PETA.mat", Data(contentsOf: URL(filePath: fixture)))
        let bare = message { _ = try PersonDataSet(folder).read() }
        #expect(bare?.contains("images: is no folder of PETA's numbered pictures") == true, "\(bare ?? "")")
    }

    @Test func `the plain file says the same, and other data sets' files nothing`() throws {
        let (packed, plain) = try (matrix(fixture), matrix(Self.fixtures + "/peta_small_plain.mat"))
        #expect(
            packed.labels == plain.labels && packed.partitions == plain.partitions && packed.persons == plain.persons)
        #expect(packed.partitions[1] == PETAPartition(train: [11, 9, 7, 0], validation: [], test: [1, 3, 2]))
        #expect(packed.rareLabels(atMost: 0.1) == ["footwearSneakers (8.3 %)"] && packed.notes.isEmpty)
        let other = message { _ = try matrix(Self.fixtures + "/market_small.mat") }
        #expect(other?.contains("no variable peta, only: market_attribute") == true)
    }

    private func matrix(_ path: String) throws -> PETAMatrix { try PETAMatrix(MATLABFile(path)) }

    /// The plain file with a number of its own in place of another, which stands there once.
    private func changed(_ old: [UInt8], _ new: [UInt8]) throws -> String? {
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.fixtures + "/peta_small_plain.mat")))
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: old) }, "\(old)")
        bytes.replaceSubrange(place..<(place + old.count), with: new)
        return message { _ = try PETAMatrix(MATLABFile("a.mat", bytes)) }
    }

    @Test func `numbers and names that cannot be are refused in a line that names the place`() throws {
        let name = Array("personalLess30".utf8)
        #expect(try changed(name, Array("personalLess31".utf8))?.contains("label 1 is none of PETA's 105") == true)
        #expect(try changed(Array("hairLong".utf8), Array("hairBald".utf8)) == nil)
        // selected 1 3 4
        let chosen: [UInt8] = [1, 0, 3, 0, 4, 0]
        for (numbers, words) in [
            ([1, 0, 3, 0, 6, 0], "selected number 3 is 6.0, expected are 1 to 5"),
            ([0, 0, 3, 0, 4, 0], "selected number 1 is 0.0"), ([1, 0, 3, 0, 3, 0], "selected holds 3 twice"),
        ] as [([UInt8], String)] {
            let found = try changed(chosen, numbers)
            #expect(found?.contains(words) == true, "\(found ?? "nothing")")
        }
        // train of the first partition: 1 3 5 7 9 11
        let train: [UInt8] = [1, 0, 3, 0, 5, 0, 7, 0, 9, 0, 11, 0]
        for (last, words) in [
            (13, "partition 1, train, number 6 is 13.0, expected are 1 to 12"), (9, "train, holds 9 twice"),
            (12, "partition 1 has a picture in two of its parts"),
        ] as [(UInt8, String)] {
            let found = try changed(train, Array(train.dropLast(2)) + [last, 0])
            #expect(found?.contains(words) == true, "\(found ?? "nothing")")
        }
    }

    @Test func `a file that was cut off or has a flipped bit is refused, or says something that can be`() throws {
        let whole = try [UInt8](Data(contentsOf: URL(filePath: fixture)))
        for length in stride(from: 0, to: whole.count, by: 3) {
            let text = message { _ = try PETAMatrix(MATLABFile("a.mat", Array(whole.prefix(length)))) }
            #expect(text.map { $0.hasPrefix("a.mat: ") && !$0.contains("\n") } == true, "\(length) of \(whole.count)")
        }
        let plain = try [UInt8](Data(contentsOf: URL(filePath: Self.fixtures + "/peta_small_plain.mat")))
        var refused = 0
        for place in 128..<plain.count {
            var bytes = plain
            bytes[place] ^= UInt8(1 << (place % 8))
            guard let text = message({ _ = try PETAMatrix(MATLABFile("a.mat", bytes)) }) else { continue }
            refused += 1
            #expect(text.hasPrefix("a.mat: ") && !text.contains("\n"), "\(place): \(text)")
        }
        #expect(refused > (plain.count - 128) / 4, "\(refused) of \(plain.count - 128)")
    }
}

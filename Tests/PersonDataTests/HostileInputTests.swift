import Foundation
import HDF5
import Images
import TestSupport
import Testing

@testable import PersonData

/// What readers do with files that are damaged or made to harm: an error of one line that names the file, or a result.
@Suite(.serialized, .enabled(if: isHostileRun, "run by HostileRunTests")) struct HostileInputTests {
    /// Runs `body` for `count` damages of `good`; an error must be one line that begins with `name`.
    private func damage(
        _ good: [UInt8], _ count: Int, from first: Int = 0, name: String, _ body: ([UInt8]) throws -> Void
    ) -> (cases: Int, refused: Int) {
        var refused = 0
        for index in first..<(first + count) {
            var damage = Damage(index)
            if let text = message({ try body(damage.apply(good)) }) {
                refused += 1
                #expect(
                    text.hasPrefix(name) && !text.contains("\n") && text.utf8.count < 2000, "case \(index): \(text)")
            }
        }
        return (count, refused)
    }

    /// Says how many cases there were, and what memory the process has taken at most.
    private func report(_ cases: Int) {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let peak = status.firstMatch(of: /VmHWM:\s+(\d+)/).flatMap { Int($0.1) } ?? 0
        print("hostile cases: \(cases), peak MB: \(peak / 1024)")
    }

    private func fixture(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(filePath: TestPaths.fixtures + "/" + name)))
    }

    @Test func `MATLAB label files`() throws {
        var cases = 0
        let readers: [(name: String, read: (MATLABFile) throws -> Void)] = [
            ("market", { _ = try MarketAttributes($0) }), ("duke", { _ = try DukeAttributes($0) }),
            ("peta", { _ = try PETAMatrix($0) }),
        ]
        for (name, read) in readers {
            for file in ["\(name)_small.mat", "\(name)_small_plain.mat"] {
                let result = damage(try fixture(file), 30, name: "a.mat: ") { try read(MATLABFile("a.mat", $0)) }
                #expect(result.refused >= 15, "\(file)")
                cases += result.cases
            }
        }
        // the wrong data set's, and no labels at all
        for file in ["duke_small.mat", "model_paper_shape.h5"] {
            #expect(message { _ = try MarketAttributes(MATLABFile("a.mat", fixture(file))) } != nil)
            #expect(message { _ = try PETAMatrix(MATLABFile("a.mat", fixture(file))) } != nil)
            cases += 2
        }
        report(cases)
    }

    @Test func `JPEG files`() throws {
        let good = try JPEGEncoder.encode(colourful(60, 44), quality: 80)
        report(pictures(good, 70, at: good.indices.first { good[$0] == 0xFF && good[$0 + 1] == 0xC0 }.map { $0 + 5 }))
    }

    @Test func `PNG files`() throws {
        report(pictures(try PNGEncoder.encode(colourful(60, 44)), 70, at: 16))
    }

    @Test func `BMP files`() throws {
        var good: [UInt8] = Array("BM".utf8) + [UInt8](repeating: 0, count: 52)
        for (place, number) in [(10, 54), (14, 40), (18, 44), (22, 60), (26, 1), (28, 24)] {
            good[place] = UInt8(number)
        }
        good += colourful(60, 44).pixels
        #expect(try PictureDecoder().decode(good, name: "a").size == PictureSize(height: 60, width: 44))
        report(pictures(good, 70, at: 18))
    }

    private func colourful(_ height: Int, _ width: Int) -> Picture {
        Picture(
            height: height, width: width,
            pixels: (0..<(height * width * 3)).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 200) })
    }

    /// Damages, and sizes at `place` that claim more than there is.
    private func pictures(_ good: [UInt8], _ count: Int, at place: Int?) -> Int {
        let decoder = PictureDecoder()
        let result = damage(good, count, name: "a: ") { _ = try decoder.decode($0, name: "a") }
        #expect(result.refused >= count / 8)
        var cases = result.cases
        guard let place else {
            Issue.record("no size")
            return cases
        }
        for claim in [[255, 255, 255, 255], [0, 0, 0, 0], [127, 255, 255, 255], [78, 32, 78, 32]] as [[UInt8]] {
            var bytes = good
            for repeated in 0..<2 {
                bytes.replaceSubrange((place + 4 * repeated)..<(place + 4 * repeated + 4), with: claim)
            }
            #expect(message { _ = try decoder.decode(bytes, name: "a") }?.hasPrefix("a: ") == true, "\(claim)")
            cases += 1
        }
        #expect(message { _ = try decoder.decode(good, name: "a") } == nil)
        return cases
    }

    @Test func `CSV manifests`() throws {
        let scene = try Scene()
        let good = Array(
            """
            path,split,identity,camera,gender,hat,upper_colour
            a.jpg,train,7,1,male,yes,red
            "b, c.jpg",query,8,2,"fe""male",no,blue
            ../d.jpg,gallery,8,3,male,,green
            """.utf8)
        let path = scene.path("a.csv")
        let result = damage(good, 70, name: path) {
            _ = try CSVManifestReader(try scene.write("a.csv", $0)).read()
        }
        #expect(result.refused > 10)
        var cases = result.cases
        let head = "path,split,identity,hat\n"
        for (text, isBad) in [
            (head + "a.jpg,train,99999999999999999999,yes", false),
            (head + "a.jpg,train,-9223372036854775808,yes", true),
            (head + "a.jpg,train,0x10,yes", false), (head + "a.jpg,train,+7,yes", false),
            (head + "\u{0}.jpg,train,1,yes", true), (head + "\"a\nb.jpg\",train,1,yes", false),
            (head + "/dev/zero,train,1,yes", false), (head + "../../../../etc/passwd,train,1,yes", false),
            (String(repeating: "a,", count: 100_000), true), (String(repeating: "\n", count: 100_000), true),
            (String(repeating: "\"", count: 100_001), true), ("path,path,path\n", true), ("\u{FEFF}", true),
            (head + String(repeating: "a.jpg,train,1,yes\n", count: 2), true),
            (head + "\(String(repeating: "x", count: 1_000_000)),train,1,yes", false),
        ] {
            let found = message { _ = try CSVManifestReader(try scene.write("a.csv", text)).read() }
            #expect(
                found.map { $0.hasPrefix(path) && !$0.contains("\n") } ?? !isBad, "\(text.prefix(60)): \(found ?? "")")
            cases += 1
        }
        for path in ["/dev/zero", "/dev/stdin", scene.folder, scene.path("pipe"), scene.path("loop"), "/nowhere", ""] {
            mkfifo(scene.path("pipe"), 0o600)
            symlink(scene.path("loop"), scene.path("loop"))
            #expect(message { _ = try CSVManifestReader(path).read() }?.contains("cannot be read") == true, "\(path)")
            cases += 1
        }
        let sparse = open(scene.path("sparse.csv"), O_CREAT | O_WRONLY, 0o600)
        ftruncate(sparse, 1 << 40)
        close(sparse)
        #expect(message { _ = try CSVManifestReader(scene.path("sparse.csv")).read() }?.contains("at most") == true)
        report(cases + 1)
    }

    @Test func `PETA's labels`() throws {
        let good = Array(
            """
            1 personalMale upperBodyBlack hairShort accessoryHat
            0002\tpersonalFemale  personalLess30 lowerBodyTrousers
            3 personalMale footwearSneaker carryingNothing
            """.utf8)
        let result = damage(good, 60, name: "Label.txt: ") { bytes in
            for subset in [PETASubset.viper, .cuhk] { _ = try PETALabelFile("Label.txt", bytes, subset) }
        }
        var cases = result.cases
        for text in ["", "\u{0}", String(repeating: " ", count: 1 << 20), String(repeating: "1 x\n", count: 50_000)] {
            #expect(message { _ = try PETALabelFile("Label.txt", Array(text.utf8), .viper) } != nil)
            cases += 1
        }
        report(cases)
    }

    @Test func `names in the folders of Market-1501, DukeMTMC-reID and PETA`() throws {
        let names = [
            "0002_c1s1_000451_03.jpg", "-1_c6s1_000401_03.jpg", "0001_c2_f0046182.jpg", "0001_c1_f0044158.jpg",
        ]
        var cases = 0
        for index in 0..<80 {
            var damage = Damage(index)
            let name = String(decoding: damage.apply(Array(names[index % 4].utf8)), as: UTF8.self)
            for parsed in [Market1501Reader.parse(name), DukeMTMCReader.parse(name)] {
                if let parsed { #expect(parsed.personID >= -1 && (0...9).contains(parsed.cameraID), "\(name)") }
            }
            for subset in PETASubset.allCases { _ = subset.identity(ofPicture: name) }
            cases += 1
        }
        // folders, pipes, devices and loops that are named as pictures: refused one by one when they are decoded
        let scene = try Scene()
        let folder = scene.path("market")
        for part in ["bounding_box_train", "query", "bounding_box_test"] {
            try scene.write(
                "market/\(part)/0002_c1s1_000451_0\(part.count % 2).jpg",
                JPEGEncoder.encode(colourful(9, 9), quality: 50))
        }
        let train = folder + "/bounding_box_train/0002_c1s1_00000"
        try FileManager.default.createDirectory(atPath: train + "1_01.jpg", withIntermediateDirectories: true)
        mkfifo(train + "2_01.jpg", 0o600)
        symlink("/dev/zero", train + "3_01.jpg")
        symlink(train + "4_01.jpg", train + "4_01.jpg")
        symlink("/etc/passwd", train + "5_01.jpg")
        try scene.write("market/bounding_box_train/0002_c1s1_000451_03.jpg\n", "")
        let labels = PersonLabels.unknown(.market1501)
        let layout = try ["bounding_box_train"].flatMap { part in
            try folderNames(folder + "/" + part, expected: "folder").compactMap { name in
                Market1501Reader.parse(name).map {
                    PersonEntry(
                        path: "\(folder)/\(part)/\(name)", name: name, personID: $0.personID, cameraID: $0.cameraID,
                        split: .train, labels: labels)
                }
            }
        }
        #expect(layout.count == 6)
        let catalogue = PersonCatalogue(table: .market1501, entries: layout, source: folder)
        let summary = try Preparation(height: 8, width: 8).run(to: scene.path("a.h5"), reading: { catalogue })
        #expect((summary.pictures, summary.badCount) == (1, 5))
        #expect(summary.badPictures.allSatisfy { !$0.contains("\n") }, "\(summary.badPictures)")
        report(cases + 6)
    }

    @Test func `prepared files`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 5)
        try Preparation(height: 2, width: 2).run(to: scene.path("good.h5"), reading: { catalogue })
        let good = try [UInt8](Data(contentsOf: URL(filePath: scene.path("good.h5"))))
        let path = scene.path("a.h5")
        let pixels = try File(reading: scene.path("good.h5")).dataset("/images").fileOffset()
        let result = damage(good, 80, name: path) { bytes in
            _ = try PreparedFileReader(try scene.write("a.h5", bytes))
            // what is read must be what was written, but for pixels
            #expect(zip(bytes, good).enumerated().allSatisfy { $0 >= pixels && $0 < pixels + 60 || $1.0 == $1.1 })
        }
        #expect(result.refused > 60)
        var cases = result.cases
        for path in ["/dev/zero", scene.folder, scene.path("pipe"), TestPaths.fixtures + "/linear.h5"] {
            mkfifo(scene.path("pipe"), 0o600)
            #expect(message { _ = try PreparedFileReader(path) }?.hasPrefix(path) == true, "\(path)")
            cases += 1
        }
        report(cases)
    }

    @Test func `attribute tables`() throws {
        let good = Array(AttributeTable.market1501.json.utf8)
        let result = damage(good, 60, name: "attribute table") {
            _ = try AttributeTable(json: String(decoding: $0, as: UTF8.self))
        }
        #expect(result.refused > 20)
        report(result.cases)
    }
}

import Foundation
import HDF5
import TestSupport
import Testing

@testable import PersonData

/// What a job that was killed leaves is a partial file and a record; here they are made by stopping one in the middle.
@Suite struct PreparationResumeTests {
    let preparation = Preparation(height: 16, width: 8, versions: "test 1", date: "2026-01-01")

    /// A folder with `a.h5` whole, and beside it what a job killed after some blocks would have left of `b.h5`.
    ///
    /// 300 pictures are five blocks; 0, 1 and 3 are done.
    private func killedScene(bad: [Int] = []) throws -> (Scene, PersonCatalogue) {
        let scene = try Scene()
        let some = try pictureCatalogue(scene, 10)
        for index in bad { try scene.write("pictures/bad\(index)", "no picture") }
        var catalogue = some
        catalogue.entries = (0..<300).map { index in
            var entry = some.entries[index % 10]
            entry.name = "\(index)"
            if bad.contains(index) { entry.path = scene.path("pictures/bad\(index)") }
            return entry
        }
        try preparation.run(to: scene.path("a.h5"), reading: { catalogue })
        let stage = try PreparationStage(
            decoding: catalogue, to: scene.path("b.h5"), preparation, SoloRanks(), { _ in })
        let record = try #require(stage.record)
        let decoder = SharedDecoder(
            catalogue: catalogue, height: 16, width: 8, rows: stage.rows, record: record.file, head: record.head)
        #expect(record.head.blocks == 5)
        for part in [0..<2, 3..<4] { _ = try decoder.decode(part, team: .solo, progress: { _, _ in }) }
        for name in ["b.h5.partial1", "b.h5.partial1.done"] {
            try FileManager.default.copyItem(atPath: scene.path(name), toPath: scene.path("left-" + name))
        }
        withExtendedLifetime((stage, record)) {}
        return (scene, catalogue)
    }

    /// Puts the left files where a killed job would have left them.
    private func leave(_ scene: Scene) throws {
        for name in ["b.h5.partial1", "b.h5.partial1.done"] {
            try? FileManager.default.removeItem(atPath: scene.path(name))
            try FileManager.default.copyItem(atPath: scene.path("left-" + name), toPath: scene.path(name))
        }
    }

    /// Prepares `b.h5`, which must be the bytes of `a.h5` with nothing beside it; gives what was kept and said.
    private func resume(
        _ scene: Scene, _ catalogue: PersonCatalogue, ranks: Int = 1
    ) throws -> (kept: Int, said: [String]) {
        nonisolated(unsafe) var said: [String] = []
        let lock = NSLock()
        let summaries = try ThreadRanks.run(ranks) { rank in
            try preparation.run(
                to: scene.path("b.h5"), ranks: rank, tell: { line in lock.withLock { said.append(line) } },
                reading: { catalogue })
        }.map { try $0.get() }
        #expect(Set(summaries.map(\.kept)).count == 1)
        #expect(try Data(contentsOf: URL(filePath: scene.path("a.h5"))) == bytes(scene, "b.h5"))
        #expect(try scene.names().filter { $0.hasPrefix("b.h5") } == ["b.h5"])
        return (summaries[0].kept, said)
    }

    private func bytes(_ scene: Scene, _ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: scene.path(name)))
    }

    /// Writes zeros over a file, and gives it its time of change back.
    private func spoil(_ path: String) throws {
        var status = stat()
        #expect(stat(path, &status) == 0)
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.write(contentsOf: Data(count: Int(status.st_size)))
        try handle.close()
        #expect(utimensat(AT_FDCWD, path, [status.st_atim, status.st_mtim], 0) == 0)
    }

    @Test(arguments: [1, 2, 3, 7]) func `the file is the undisturbed one's`(ranks: Int) throws {
        let (scene, catalogue) = try killedScene()
        try leave(scene)
        let (kept, said) = try resume(scene, catalogue, ranks: ranks)
        #expect(kept == 192)
        #expect(said.count == 1 && said[0].hasSuffix("with 192 of 300 pictures done"))
    }

    @Test(arguments: [1, 3]) func `what is done is not decoded again`(ranks: Int) throws {
        let (scene, catalogue) = try killedScene()
        try leave(scene)
        // who decodes these again finds no picture; their sizes and times say that nothing has changed
        for index in 0..<10 { try spoil(scene.path("pictures/\(index)")) }
        let summaries = try ThreadRanks.run(ranks) { rank in
            try preparation.run(to: scene.path("b.h5"), ranks: rank, reading: { catalogue })
        }.map { try $0.get() }
        #expect(summaries.allSatisfy { ($0.pictures, $0.badCount, $0.kept) == (192, 108, 192) })
        let (whole, rest) = (
            try PreparedFileReader(scene.path("a.h5")), try PreparedFileReader(scene.path("b.h5"))
        )
        let kept = Array(0..<128) + Array(192..<256)
        #expect(rest.names == kept.map { "\($0)" })
        #expect(kept.enumerated().allSatisfy { Array(rest.pixels(of: $0)) == Array(whole.pixels(of: $1)) })
    }

    @Test func `bad pictures are looked at again, alone`() throws {
        let (scene, catalogue) = try killedScene(bad: [3, 70, 200, 299])
        try leave(scene)
        let (kept, _) = try resume(scene, catalogue)
        #expect(kept == 192 - 3)
        #expect(try PreparedFileReader(scene.path("b.h5")).provenance.badPictures.count == 4)
    }

    @Test func `a picture that was changed meanwhile has its block made anew`() throws {
        let (scene, catalogue) = try killedScene(bad: [70])
        try leave(scene)
        let good = try Data(contentsOf: URL(filePath: scene.path("pictures/0")))
        try scene.write("pictures/bad70", good)
        let summary = try preparation.run(to: scene.path("b.h5"), reading: { catalogue })
        #expect((summary.pictures, summary.badCount, summary.kept) == (300, 0, 128))
        let reader = try PreparedFileReader(scene.path("b.h5"))
        #expect(Array(reader.pixels(of: 70)) == Array(reader.pixels(of: 0)))
    }

    /// Changes a byte of a left file, counted from its end where negative.
    private func flip(_ scene: Scene, _ name: String, _ place: Int) throws {
        var bytes = try bytes(scene, name)
        bytes[place < 0 ? bytes.count + place : place] ^= 16
        try scene.write(name, bytes)
    }

    @Test func `a flipped bit in a row or in the record costs its block`() throws {
        let (scene, catalogue) = try killedScene()
        try leave(scene)
        let offset = try File(reading: scene.path("a.h5")).dataset("/images").fileOffset()
        try flip(scene, "b.h5.partial1", offset + 130 * 384 / 2)
        #expect(try resume(scene, catalogue).kept == 128)
        for place in 0..<32 {
            try leave(scene)
            try flip(scene, "b.h5.partial1.done", 64 + 32 + place)
            #expect(try resume(scene, catalogue).kept == 128, "byte \(place)")
        }
    }

    @Test func `a record that is cut off or damaged in its head is no record`() throws {
        let (scene, catalogue) = try killedScene()
        for length in [0, 1, 55] {
            try leave(scene)
            try scene.write("b.h5.partial1.done", bytes(scene, "b.h5.partial1.done").prefix(length))
            #expect(try resume(scene, catalogue) == (0, []))
        }
        for place in 0..<56 {
            try leave(scene)
            try flip(scene, "b.h5.partial1.done", place)
            #expect(try resume(scene, catalogue) == (0, []))
        }
    }

    @Test func `a part of other pictures, options or versions is begun anew, and that is said`() throws {
        let (scene, catalogue) = try killedScene()
        func said(_ preparation: Preparation, _ catalogue: PersonCatalogue) throws -> String {
            try leave(scene)
            var said: [String] = []
            let summary = try preparation.run(
                to: scene.path("b.h5"), tell: { said.append($0) }, reading: { catalogue })
            #expect(summary.kept == 0 && said.count == 1)
            #expect(try scene.names().filter { $0.hasPrefix("b.h5") } == ["b.h5"])
            return said.first ?? ""
        }
        var (taller, newer) = (preparation, preparation)
        (taller.height, taller.width) = (8, 16)
        newer.versions = "test 2"
        var (renamed, fewer, relabelled) = (catalogue, catalogue, catalogue)
        renamed.entries[299].name = "other"
        fewer.entries.removeLast()
        relabelled.entries[0].labels = catalogue.entries[1].labels
        for (preparation, catalogue) in [
            (taller, catalogue), (newer, catalogue), (preparation, renamed), (preparation, fewer),
            (preparation, relabelled),
        ] {
            #expect(try said(preparation, catalogue).hasSuffix("or versions; begun anew"))
        }
        try leave(scene)
        try scene.write("b.h5.partial1", bytes(scene, "b.h5.partial1").dropLast())
        #expect(try resume(scene, catalogue).kept == 0)
    }

    @Test func `two jobs do not write one file`() throws {
        let scene = try Scene()
        let held = try PreparationRecord.own(scene.path("r"))
        let text = try #require(message { _ = try PreparationRecord.own(scene.path("r"), patience: 1) })
        #expect(text.contains("another job prepares the same file"))
        withExtendedLifetime(held) {}
        #expect(try scene.names() == ["r"])
    }
}

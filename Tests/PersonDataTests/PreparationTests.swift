import Foundation
import HDF5
import Images
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import PersonData

/// A folder of real picture files with a catalogue of them.
func pictureCatalogue(_ scene: Scene, _ count: Int) throws -> PersonCatalogue {
    let entries = try (0..<count).map { index in
        var picture = Picture(height: 20 + index % 3, width: 10 + index % 2)
        for place in picture.pixels.indices { picture.pixels[place] = UInt8((place * 3 + index * 40) % 256) }
        let bytes =
            index % 2 == 0 ? try PNGEncoder.encode(picture) : try JPEGEncoder.encode(picture, quality: 90)
        let path = try scene.write("pictures/\(index)", bytes)
        return PersonEntry(
            path: path, name: "\(index)", personID: index / 2 + 1, cameraID: index % 4,
            split: index < count / 2 ? .train : .gallery,
            labels: PersonLabels([1, 0, 0, 0, UInt8(index % 2), 0]))
    }
    return PersonCatalogue(table: smallTable, entries: entries, source: scene.folder, notes: ["a note"])
}

@Suite struct PreparationTests {
    let preparation = Preparation(height: 16, width: 8, versions: "test 1", date: "2026-01-01")

    @Test func `a prepared picture is the decoded one, resized`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 7)
        var steps: [Int] = []
        let summary = try preparation.run(
            to: scene.path("a.h5"),
            progress: { done, total in
                steps.append(done)
                #expect(total == 7)
            }, reading: { catalogue })
        #expect(summary == Preparation.Summary(pictures: 7, badCount: 0, badPictures: []))
        #expect(steps == steps.sorted() && steps.last == 7)
        let reader = try PreparedFileReader(scene.path("a.h5"))
        #expect((reader.count, reader.height, reader.width) == (7, 16, 8))
        #expect(reader.names == catalogue.entries.map(\.name))
        #expect(reader.provenance.resize == Resizer.convention)
        #expect(reader.provenance.versions == "test 1")
        #expect(reader.provenance.notes == ["a note"])
        for (index, entry) in catalogue.entries.enumerated() {
            let picture = try PictureDecoder().decode(file: entry.path)
            let resized = Resizer(from: picture.size, to: PictureSize(height: 16, width: 8)).resize(picture)
            #expect(Array(reader.pixels(of: index)) == resized.pixels)
        }
        #expect(try scene.names() == ["a.h5", "pictures"])
    }

    @Test func `bad pictures are left out, with their names and reasons`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 9)
        try scene.write("pictures/2", "no picture")
        try FileManager.default.removeItem(atPath: scene.path("pictures/5"))
        try scene.write(
            "pictures/7", Data(contentsOf: URL(fileURLWithPath: scene.path("pictures/7"))).prefix(200))
        let team = WorkerTeam(3, spins: false)
        let summary = try preparation.run(to: scene.path("a.h5"), team: team, reading: { catalogue })
        #expect(summary.pictures == 6)
        #expect(summary.badPictures.map { String($0.prefix(3)) } == ["2: ", "5: ", "7: "])
        let reader = try PreparedFileReader(scene.path("a.h5"))
        #expect(reader.names == ["0", "1", "3", "4", "6", "8"])
        #expect(reader.provenance.badPictures == summary.badPictures)
        let picture = try PictureDecoder().decode(file: scene.path("pictures/8"))
        #expect(
            Array(reader.pixels(of: 5))
                == Resizer(from: picture.size, to: PictureSize(height: 16, width: 8)).resize(picture).pixels)
        #expect(reader.labels(of: 2) == catalogue.entries[3].labels)
        #expect(try scene.names() == ["a.h5", "pictures"])
    }

    @Test func `a bad picture is an error where that was asked for, and the file is as before`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 4)
        try scene.write("pictures/1", "no picture")
        try scene.write("a.h5", "what was there")
        var strict = preparation
        strict.strict = true
        let text = try #require(message { try strict.run(to: scene.path("a.h5"), reading: { catalogue }) })
        #expect(text.contains("1 of 4 pictures cannot be read, the first is 1: ") && !text.contains("\n"))
        #expect(try String(contentsOfFile: scene.path("a.h5"), encoding: .utf8) == "what was there")
        #expect(try scene.names() == ["a.h5", "pictures"])
    }

    @Test func `no picture at all is an error`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 2)
        for index in 0..<2 { try scene.write("pictures/\(index)", "") }
        #expect(
            message { try preparation.run(to: scene.path("a.h5"), reading: { catalogue }) }?
                .contains("2 of 2 pictures cannot be read") == true)
        var empty = catalogue
        empty.entries = []
        #expect(
            message { try preparation.run(to: scene.path("a.h5"), reading: { empty }) }?
                .contains("has no pictures") == true)
        #expect(message { try preparation.run(to: "/nowhere/a.h5", reading: { catalogue }) } != nil)
        #expect(try scene.names() == ["pictures"])
    }

    @Test func `what a killed job left behind is removed`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 2)
        try scene.write("a.h5.partial1", "left")
        try scene.write("a.h5.partial2", "left")
        try preparation.run(to: scene.path("a.h5"), reading: { catalogue })
        #expect(try scene.names() == ["a.h5", "pictures"])
    }

    @Test(arguments: [1, 2, 3, 5, 12])
    func `any number of ranks writes the same pictures`(count: Int) throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 9)
        try scene.write("pictures/4", "no picture")
        try preparation.run(to: scene.path("solo.h5"), reading: { catalogue })
        let summaries = try ThreadRanks.run(count) { ranks in
            try preparation.run(to: scene.path("many.h5"), ranks: ranks, reading: { catalogue })
        }.map { try $0.get() }
        #expect(summaries.allSatisfy { $0.pictures == 8 && $0.badCount == 1 })
        #expect(summaries[0].badPictures.count == 1)
        let (solo, many) = (
            try File(reading: scene.path("solo.h5")), try File(reading: scene.path("many.h5"))
        )
        for name in ["/images", "/person_id", "/camera_id", "/split", "/label_values"] {
            #expect(try solo.read(name, as: UInt8.self) == many.read(name, as: UInt8.self))
        }
        for name in ["/name", "/notes", "/bad_pictures"] {
            #expect(try solo.readStrings(name) == many.readStrings(name))
        }
    }

    @Test(arguments: [0, 1, 2])
    func `where one rank fails all ranks throw`(failing: Int) throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 6)
        let results = try ThreadRanks.run(3) { ranks in
            try preparation.run(to: scene.path("a.h5"), ranks: ranks) {
                if ranks.rank == failing { throw PersonDataError("there", "is broken") }
                return catalogue
            }
        }
        for (rank, result) in results.enumerated() {
            guard case .failure(let error) = result else {
                Issue.record("rank \(rank) did not throw")
                continue
            }
            let text = "\(error)"
            #expect(
                rank == failing ? text == "there: is broken" : rank > 0 ? text.contains("another rank") : true
            )
            if rank == 0 && failing > 0 { #expect(text.contains("rank \(failing): there: is broken")) }
        }
        #expect(try scene.names() == ["pictures"])
    }

    @Test func `ranks that see different pictures refuse`() throws {
        let scene = try Scene()
        let catalogue = try pictureCatalogue(scene, 6)
        let results = try ThreadRanks.run(2) { ranks in
            try preparation.run(to: scene.path("a.h5"), ranks: ranks) {
                var mine = catalogue
                if ranks.rank == 1 { mine.entries.removeLast() }
                return mine
            }
        }
        for result in results {
            #expect(message { _ = try result.get() }?.contains("rank 1 sees other pictures") == true)
        }
        #expect(try scene.names() == ["pictures"])
    }
}

/// Ranks that are threads: the calls exchange through a common board.
final class ThreadRanks: RankGroup, @unchecked Sendable {
    private final class Board: @unchecked Sendable {
        let condition = NSCondition()
        let count: Int
        var arrived: [[Any]?]
        var left = 0

        init(_ count: Int) {
            self.count = count
            arrived = Array(repeating: nil, count: count)
        }

        /// All ranks' values, when all have brought theirs.
        func exchange(_ rank: Int, _ values: [Any]) -> [[Any]] {
            condition.lock()
            defer { condition.unlock() }
            while arrived[rank] != nil { condition.wait() }
            arrived[rank] = values
            condition.broadcast()
            while arrived.contains(where: { $0 == nil }) { condition.wait() }
            let all = arrived.map { $0! }
            left += 1
            if left == count {
                left = 0
                arrived = Array(repeating: nil, count: count)
                condition.broadcast()
            } else {
                while left != 0 { condition.wait() }
            }
            return all
        }
    }

    let rank: Int
    let count: Int
    private let board: Board

    private init(_ rank: Int, _ board: Board) {
        (self.rank, self.board, count) = (rank, board, board.count)
    }

    func barrier() { _ = board.exchange(rank, []) }

    func gatherStrings(_ strings: [String]) -> [String] {
        let all = board.exchange(rank, strings)
        return rank == 0 ? all.flatMap { $0.map { $0 as! String } } : []
    }

    func sum(_ values: [Int]) -> [Int] {
        board.exchange(rank, values).reduce([Int](repeating: 0, count: values.count)) { total, row in
            zip(total, row).map { $0 + ($1 as! Int) }
        }
    }

    func broadcast(_ value: Int) -> Int { board.exchange(rank, [value])[0][0] as! Int }

    /// Runs `body` on `count` threads at once.
    static func run<Value>(
        _ count: Int, _ body: @escaping (ThreadRanks) throws -> Value
    ) throws -> [Result<Value, any Error>] {
        let board = Board(count)
        nonisolated(unsafe) var results = [Result<Value, any Error>?](repeating: nil, count: count)
        nonisolated(unsafe) let work = body
        let lock = NSLock()
        let group = DispatchGroup()
        for rank in 0..<count {
            group.enter()
            Thread.detachNewThread {
                let result = Result { try work(ThreadRanks(rank, board)) }
                lock.withLock { results[rank] = result }
                group.leave()
            }
        }
        group.wait()
        return results.map { $0! }
    }
}

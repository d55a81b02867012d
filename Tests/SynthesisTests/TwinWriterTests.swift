import Foundation
import Synthesis
import Tensors
import Testing

@Suite struct TwinWriterTests {
    private static func scratch() -> String {
        NSTemporaryDirectory() + "/twin-" + UUID().uuidString
    }

    private static func twin() throws -> Twin {
        try Twin(
            configuration: TwinConfiguration(
                trainIdentities: 3, testIdentities: 3, picturesPerIdentity: 6, height: 64, width: 32,
                distractors: 2,
                junk: 2))
    }

    private static func contents(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            files[name] = FileManager.default.contents(atPath: folder + "/" + name)
        }
        return files
    }

    @Test func `one worker and three write the same bytes`() throws {
        let (alone, shared) = (Self.scratch(), Self.scratch())
        defer { for folder in [alone, shared] { try? FileManager.default.removeItem(atPath: folder) } }
        let twin = try Self.twin()
        var last = (0, 0)
        try TwinWriter.write(twin, to: alone, workers: WorkerTeam(1)) { last = ($0, $1) }
        try TwinWriter.write(twin, to: shared + "/", workers: WorkerTeam(3, spins: false))
        #expect(last == (twin.shots.count, twin.shots.count))
        let files = try Self.contents(alone)
        #expect(files == (try Self.contents(shared)))
        #expect(files.keys.filter { $0.hasSuffix(".jpg") }.count == twin.shots.count)
        #expect(files["market_attribute.mat"] != nil)
        for shot in twin.shots {
            #expect(files["\(shot.folder.rawValue)/\(shot.fileName)"]?.prefix(2) == Data([0xFF, 0xD8]))
        }
        #expect(!FileManager.default.fileExists(atPath: alone + ".partial"))
    }

    @Test func `a folder with something in it is replaced only when told to`() throws {
        let folder = Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let kept = folder + "/kept.txt"
        try "mine".write(toFile: kept, atomically: true, encoding: .utf8)
        let twin = try Self.twin()
        let team = WorkerTeam(1)
        let error = #expect(throws: TwinError.self) { try TwinWriter.write(twin, to: folder, workers: team) }
        #expect(error?.description.contains("overwrite") == true)
        #expect(FileManager.default.fileExists(atPath: kept))
        try TwinWriter.write(twin, to: folder, overwrite: true, workers: team)
        #expect(!FileManager.default.fileExists(atPath: kept))
        #expect(FileManager.default.fileExists(atPath: folder + "/query"))
    }

    @Test func `a place that can't be written is an error of one line and leaves nothing`() throws {
        let file = Self.scratch()
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "a file".write(toFile: file, atomically: true, encoding: .utf8)
        let twin = try Self.twin()
        for place in [file, file + "/below", "/proc/nowhere"] {
            let error = #expect(throws: TwinError.self) {
                try TwinWriter.write(twin, to: place, workers: WorkerTeam(1))
            }
            #expect(error?.description.contains("\n") == false)
            #expect(!FileManager.default.fileExists(atPath: place + ".partial"))
        }
    }
}

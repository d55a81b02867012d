import Foundation
import TestSupport
import Testing

@Suite("stage brings a file to a node", .serialized)
struct StageTests {
    private func stage(_ arguments: [String], ranks: Int = 2) throws -> ProcessResult {
        try MPILauncher.run(ranks: ranks, SmallWorld.jcm, ["stage"] + arguments, timeout: 40)
    }

    @Test("Two ranks of one node copy once; the copy is mapped by training; a second time it is there")
    func copies() throws {
        try TestPaths.withTemporaryFolder { folder in
            let local = folder.appending(path: "local")
            for (copied, sent) in [(1, true), (0, false)] {
                let result = try stage([SmallWorld.prepared.path, "--to", local.path])
                #expect(result.exitCode == 0, "\(result.tail)")
                #expect(result.output.contains("in 1 place, \(copied) copied and \(1 - copied) there before"))
                #expect(result.output.contains(" 0.0 MB sent") != sent, "\(result.tail)")
                #expect(result.output.split(separator: "\n").count == 1)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: local.path) == ["prepared.h5"])
            let copy = local.appending(path: "prepared.h5")
            #expect(try Data(contentsOf: copy) == Data(contentsOf: SmallWorld.prepared))
        }
    }

    @Test("The file's own folder has it already")
    func ownFolder() throws {
        let before = try Data(contentsOf: SmallWorld.prepared)
        let result = try stage([SmallWorld.prepared.path, "--to", SmallWorld.folder.path])
        #expect(result.exitCode == 0 && result.output.contains("0 copied and 1 there before"), "\(result.tail)")
        #expect(try Data(contentsOf: SmallWorld.prepared) == before)
    }

    @Test("Errors are one line, and end the job: no file, a folder, no folder to write to")
    func errors() throws {
        try TestPaths.withTemporaryFolder { folder in
            let file = folder.appending(path: "file").path
            try Data([1, 2, 3]).write(to: URL(filePath: file))
            for (arguments, words) in [
                (["/nowhere/a.h5", "--to", folder.path], "/nowhere/a.h5: cannot be read: No such file"),
                ([folder.path, "--to", folder.path], "is no file, but a folder"),
                ([file, "--to", file], "cannot be made: Not a directory|is no folder"),
                ([file, "--to", "/proc/jcm"], "/proc/jcm: cannot be made: No such file or directory"),
            ] {
                let result = try stage(arguments)
                #expect(result.exitCode == 1, "\(result.tail)")
                let lines = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("jcm: ") }
                #expect(lines.count == 1, "\(result.tail)")
                let isNamed = words.split(separator: "|").contains { lines.first?.contains($0) == true }
                #expect(isNamed, "\(words): \(result.tail)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
        }
    }
}

import Foundation
import TestSupport
import Testing

@Suite("prepare --check counts, names oddities, and writes nothing", .serialized)
struct PrepareCheckTests {
    /// What `jcm prepare SOURCE --check` prints; nothing may be new in the folder, or the one that the manifest is in.
    private func check(_ source: URL, _ more: String..., ranks: Int = 1) throws -> ProcessResult {
        let folder = source.pathExtension == "csv" ? source.deletingLastPathComponent().path : source.path
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
        let result = try MPILauncher.run(
            ranks: ranks, SmallWorld.jcm, ["prepare", source.path, "--check"] + more, timeout: 40)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == before)
        return result
    }

    @Test("The twin, on two ranks: said once")
    func twin() throws {
        let result = try check(SmallWorld.twin, ranks: 2)
        #expect(result.exitCode == 0, "\(result.tail)")
        let output = result.output.split(separator: " ").joined(separator: " ")
        for line in [
            "train pictures 80 12936 differs",
            "gallery junk (identity -1) 3 3819 differs",
            "12 attributes, K = 35, sequences of ",
            "labels: the fields of train and test are in different orders; they are read by name",
            "can be prepared; ",
        ] {
            #expect(output.components(separatedBy: line).count == 2, "\(line): \(result.tail)")
        }
    }

    @Test("A manifest with lost pictures can be used, one without any cannot")
    func manifest() throws {
        try TestPaths.withTemporaryFolder { folder in
            let file = folder.appending(path: "people.csv")
            let text = "path,split,identity,hat\na.jpg,train,1,yes\nb.jpg,train,2,\n"
            try text.write(to: file, atomically: true, encoding: .utf8)
            let lost = try check(file)
            #expect(lost.exitCode != 0 && lost.errorOutput.contains("none of its 2 pictures"), "\(lost.tail)")
            try Data().write(to: folder.appending(path: "a.jpg"))
            let result = try check(file)
            #expect(result.exitCode == 0, "\(result.tail)")
            let lines = ["hat: 1 pictures unknown", "cannot be opened: b.jpg; left out", "no number differs"]
            for line in lines {
                #expect(result.output.contains(line), "\(line): \(result.tail)")
            }
        }
    }

    @Test("PETA takes subsets and a seed; other sets refuse them")
    func peta() throws {
        try TestPaths.withTemporaryFolder { folder in
            let source = folder.appending(path: "peta")
            let archive = source.appending(path: "VIPeR/archive")
            try FileManager.default.createDirectory(at: archive, withIntermediateDirectories: true)
            try "1 personalMale\n2 personalFemale\n".write(
                to: archive.appending(path: "Label.txt"), atomically: true, encoding: .utf8)
            for name in ["1_a.bmp", "1_b.bmp", "2_a.bmp", "2_b.bmp"] {
                try Data().write(to: archive.appending(path: name))
            }
            let result = try check(source, "--subsets", "VIPeR", "--seed", "4")
            #expect(result.exitCode == 0 && result.output.contains("drawn with seed 4"), "\(result.tail)")
            #expect(result.output.contains("12 attributes, K = 105, sequences of 1 to 1 tokens"), "\(result.tail)")
            for (more, words) in [("paper", "PETA's 3DPeS"), ("Viper,Oslo", "no subset of PETA")] {
                let refused = try check(source, "--subsets", more)
                #expect(refused.exitCode != 0 && refused.errorOutput.contains(words), "\(refused.tail)")
            }
            let refused = try check(SmallWorld.twin, "--seed", "4")
            #expect(refused.exitCode != 0 && refused.errorOutput.contains("seed go with PETA"), "\(refused.tail)")
        }
    }

    @Test("--output and --check exclude each other, and one is needed")
    func options() throws {
        for arguments in [["--check", "--output", "x.h5"], []] {
            let result = try MPILauncher.run(
                ranks: 2, SmallWorld.jcm, ["prepare", SmallWorld.twin.path] + arguments, timeout: 40)
            #expect(result.exitCode != 0 && result.errorOutput.contains("--check"), "\(result.tail)")
        }
        #expect(!FileManager.default.fileExists(atPath: "x.h5"))
    }
}

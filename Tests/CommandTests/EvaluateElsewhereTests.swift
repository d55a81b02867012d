import Foundation
import HDF5
import TestSupport
import Testing

@Suite("Features and predictions that something else made are evaluated", .serialized)
struct EvaluateElsewhereTests {
    private func run(_ arguments: [String], ranks: Int) throws -> ProcessResult {
        try MPILauncher.run(ranks: ranks, SmallWorld.jcm, ["evaluate"] + arguments + ["--threads", "1"])
    }

    private func figures(_ path: URL, _ part: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
        return try #require(object?[part] as? [String: Any])
    }

    @Test("Features: the same figures on any number of ranks")
    func features() throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "features.h5").path
            let file = try File(creating: path)
            // Persons lie on an axis each, and the second query nearer to another person's than to its own.
            try file.write([1, 0, 0, 0, 0.9, 1] as [Float], shape: [2, 3], to: "/query/features")
            try file.write([1, 2] as [Int64], shape: [2], to: "/query/ids")
            try file.write([1, 1] as [Int64], shape: [2], to: "/query/cameras")
            try file.write([2, 0, 0, 0, 3, 0, 0, 0, 1, 1, 0, 0] as [Float], shape: [4, 3], to: "/gallery/features")
            try file.write([1, 2, 0, 1] as [Int64], shape: [4], to: "/gallery/ids")
            try file.write([2, 2, 2, 1] as [Int64], shape: [4], to: "/gallery/cameras")
            try file.close()
            for ranks in 1...3 {
                let output = folder.appending(path: "\(ranks).json")
                let result = try run(["--features", path, "--rerank", "--output", output.path], ranks: ranks)
                #expect(result.exitCode == 0, "\(result.tail)")
                #expect(
                    result.output.contains("2 queries, 4 gallery pictures") && result.output.contains("k1 20, k2 6"))
                let reid = try figures(output, "reid")
                #expect(reid["rank1"] as? Double == 0.5 && reid["rank5"] as? Double == 1)
                #expect(reid["mAP"] as? Double == 0.625 && reid["mAPHits"] as? Double == 0.75)
                #expect((reid["reranked"] as? [String: Any])?["k1"] as? Int == 20)
            }
        }
    }

    @Test("Predictions: whoever says the same of everybody is right as often as it is true")
    func predictions() throws {
        try TestPaths.withTemporaryFolder { folder in
            let names = try FileManager.default.contentsOfDirectory(
                atPath: SmallWorld.twin.appending(path: "bounding_box_test").path
            ).filter { $0.hasSuffix(".jpg") }
            let attributes = [
                "gender": "male", "hair": "short", "sleeve": "long", "lowerLength": "long", "lowerType": "pants",
                "hat": "no", "backpack": "no", "bag": "no", "handbag": "no", "age": "adult", "upperColour": "none",
                "lowerColour": "black",
            ].sorted { $0.key < $1.key }
            let lines =
                [(["picture"] + attributes.map(\.key)).joined(separator: ",")]
                + names.map { ([$0] + attributes.map(\.value)).joined(separator: ",") }
            let path = folder.appending(path: "said.csv")
            try lines.joined(separator: "\n").write(to: path, atomically: true, encoding: .utf8)
            var seen: [NSDictionary] = []
            for ranks in 1...3 {
                let output = folder.appending(path: "\(ranks).json")
                let result = try run(
                    ["--predictions", path.path, "--data", SmallWorld.prepared.path, "--output", output.path],
                    ranks: ranks)
                #expect(result.exitCode == 0, "\(result.tail)")
                #expect(result.output.contains("further predictions are not asked for"))
                let found = try figures(output, "attributes")
                let rows = try #require(found["perAttribute"] as? [String: [String: Any]])
                #expect(rows.count == 12 && rows["upperColour"]?["accuracy"] as? Double == 0)
                for name in ["hat", "gender", "bag"] {
                    let accuracy = rows[name]?["accuracy"] as? Double ?? -1
                    let majority = rows[name]?["majority"] as? Double ?? -1
                    #expect(abs(max(accuracy, 1 - accuracy) - majority) < 1e-12, "\(name)")
                }
                seen.append(found as NSDictionary)
            }
            #expect(seen[0] == seen[1] && seen[1] == seen[2])
        }
    }

    @Test("What cannot be evaluated ends with one line on all ranks")
    func refusals() throws {
        let missing = ["--features", "/nowhere/f.h5"]
        let table = SmallWorld.folder.appending(path: "no-predictions.csv")
        try "path,gender\na.jpg,male\n".write(to: table, atomically: true, encoding: .utf8)
        let wrong = ["--predictions", table.path, "--data", SmallWorld.prepared.path]
        let cases: [([String], String)] = [
            (missing, "/nowhere/f.h5"), (["--features", SmallWorld.prepared.path], "query/features"),
            (wrong, "no column picture"), (["--predictions", "x.csv"], "--data FILE"),
            (missing + wrong, "name a checkpoint, or --features FILE"), ([], "name a checkpoint"),
            (["--predictions", "/nowhere/said.mat", "--data", SmallWorld.prepared.path], "/nowhere/said.mat"),
        ]
        for (arguments, words) in cases {
            let result = try run(arguments, ranks: 2)
            #expect(result.exitCode != 0 && result.exitCode != 124, "\(result.tail)")
            let lines = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("jcm:") }
            #expect(lines.first?.contains(words) == true, "\(result.tail)")
        }
    }
}

import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite("Drawings show what evaluation and prediction say", .serialized)
struct DrawTests {
    /// A run of a few steps, evaluated.
    private static let run: URL = {
        let run = SmallWorld.run("drawn")
        for arguments in [SmallWorld.train(run, ["training.epochs=1"]), ["evaluate", run.path, "--threads", "1"]] {
            let result = try? MPILauncher.runAlone(SmallWorld.jcm, arguments)
            precondition(result?.exitCode == 0, "nothing to draw: \(result?.tail ?? "")")
        }
        return run
    }()

    private func results(_ path: String...) throws -> [String: Any] {
        let data = try Data(contentsOf: Self.run.appending(path: "results.json"))
        var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in path { object = try #require(object[key] as? [String: Any]) }
        return object
    }

    /// Draws, and returns the file's text, which is well-formed XML.
    private func draw(_ arguments: String...) throws -> String {
        let output = SmallWorld.folder.appending(path: "\(UUID().uuidString.prefix(6)).svg")
        let result = try MPILauncher.runAlone(
            SmallWorld.jcm, ["draw", arguments[0], Self.run.path] + arguments.dropFirst() + ["--output", output.path])
        try #require(result.exitCode == 0, "\(result.tail)")
        let data = try Data(contentsOf: output)
        #expect(XMLParser(data: data).parse())
        return try #require(String(data: data, encoding: .utf8))
    }

    /// The texts of a kind, in order.
    private func texts(_ kind: String, in svg: String) -> [String] {
        svg.components(separatedBy: "class=\"\(kind)\">").dropFirst().map {
            $0.components(separatedBy: "</text>")[0]
        }
    }

    private func percent(_ value: Any?) throws -> String {
        String(format: "%.1f %%", 100 * (try #require(value as? Double)))
    }

    @Test("CMC: the figures of the evaluation, feature by feature, the leading one first, re-ranked where it was")
    func matchingCurve() throws {
        func figures(_ paths: [[String]]) throws -> [String] {
            try paths.flatMap { path in
                let values = try path.count > 1 ? results("reid", path[0], path[1]) : results("reid", path[0])
                return try ["rank1", "rank5", "rank10", "rank20", "mAP"].map { try percent(values[$0]) }
            }
        }
        let svg = try draw("cmc", "--ranks", "20")
        let rows = [["fc0"], ["reranked", "fc0"], ["columns"], ["reranked", "columns"], ["pixels"]]
        #expect(try texts("figure", in: svg) == figures(rows))
        #expect(svg.contains("rings: after k-reciprocal re-ranking (k1 20, k2 6, λ 0.3)"))
        let plain = try draw("cmc", "--ranks", "20", "--no-rerank")
        #expect(try texts("figure", in: plain) == figures(rows.filter { $0.count == 1 }))
        #expect(!plain.contains("re-rank") && !plain.contains("class=\"ring\""))
    }

    @Test("Confusion: rows sum to the pictures of each attribute, accuracies are the evaluation's")
    func confusion() throws {
        let perAttribute = try results("attributes", "perAttribute")
        for (flag, method) in [([], "beam"), (["--ctc"], "ctc")] as [([String], String)] {
            let svg = try flag.isEmpty ? draw("confusion") : draw("confusion", flag[0])
            let pictures = try perAttribute.values.map {
                try #require(($0 as? [String: Any])?["pictures"] as? Double)
            }
            let total = Int(pictures.reduce(0, +))
            #expect(texts("sum", in: svg).compactMap { Int($0) }.reduce(0, +) == total && total > 0)
            #expect(texts("count", in: svg).compactMap { Int($0) }.reduce(0, +) == total)
            for (name, values) in perAttribute {
                let accuracy = try percent((values as? [String: Any])?[method])
                #expect(svg.contains(">\(name)</text>") && svg.contains(">\(accuracy) right</text>"), "\(name)")
            }
        }
    }

    @Test("A gallery: frames agree with the people that the captions name; a query can be named")
    func gallery() throws {
        let svg = try draw("gallery", "--queries", "3", "--top", "8")
        let kinds = svg.components(separatedBy: "class=\"").dropFirst().compactMap { part in
            ["query", "right", "wrong"].first { part.hasPrefix($0 + "\"") }
        }
        let captions = texts("caption", in: svg)
        #expect(captions.count == 27 && kinds.count == 27)
        var query = ""
        for (kind, caption) in zip(kinds, captions) {
            if kind == "query" {
                query = caption
            } else {
                let isSame = caption.split(separator: " ")[0] == query.split(separator: " ")[0]
                #expect((kind == "right") == isSame, "\(kind): \(caption) for \(query)")
                #expect(!isSame || caption != query, "the same camera's picture is junk")
            }
        }
        #expect(kinds.count { $0 == "query" } == 3 && kinds.contains("right") && kinds.contains("wrong"))
        let names = try FileManager.default.contentsOfDirectory(
            atPath: SmallWorld.twin.appending(path: "query").path
        ).filter { $0.hasSuffix(".jpg") }.sorted()
        let named = try draw("gallery", "--query", names[1], "--top", "2", "--feature", "pixels")
        #expect(named.contains("\(names[1]): ") && texts("caption", in: named).count == 3)
    }

    @Test("A person: the probabilities of the prediction, an attention for each step")
    func person() throws {
        let folder = SmallWorld.twin.appending(path: "query")
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jpg") }.min())
        let picture = folder.appending(path: name).path
        let svg = try draw("person", picture, "--steps", "2")
        let predicted = try MPILauncher.runAlone(SmallWorld.jcm, ["predict", Self.run.path, picture])
        let lines = predicted.output.split(separator: "\n").dropFirst().map {
            $0.components(separatedBy: "   CTC says")[0]
        }
        let probabilities = texts("probability", in: svg)
        #expect(probabilities.count == 12 && lines.count == 12)
        for (line, probability) in zip(lines, probabilities) { #expect(line.hasSuffix(" " + probability), "\(line)") }
        #expect((1...2).contains(texts("step", in: svg).count))
        let steps = texts("step", in: svg).count
        #expect(svg.components(separatedBy: "class=\"attention\"").count - 1 == steps * 12)
    }

    @Test("What cannot be drawn is refused in one line, and no file is left")
    func refusals() throws {
        let output = SmallWorld.folder.appending(path: "never.svg").path
        let prepared = SmallWorld.prepared.path, run = Self.run.path
        let truncated = SmallWorld.folder.appending(path: "truncated.h5")
        try Data(contentsOf: SmallWorld.newestCheckpoint(Self.run)).prefix(5000).write(to: truncated)
        let cases: [(arguments: [String], words: [String])] = [
            (["cmc", run, "--output", "figure.png"], ["figure.png", ".svg"]),
            (["cmc", run, "--output", "/nowhere/x.svg"], ["/nowhere/x.svg", "no folder"]),
            (["cmc", "/nowhere", "--output", output], ["/nowhere", "no such checkpoint"]),
            (["cmc", prepared, "--output", output], ["prepared.h5"]),
            (["confusion", truncated.path, "--output", output], ["truncated.h5"]),
            (["cmc", run, "--data", #filePath, "--output", output], ["DrawTests.swift"]),
            (["cmc", run, "--ranks", "1", "--output", output], ["--ranks 1"]),
            (["cmc", run, "--feature", "hair", "--output", output], ["hair"]),
            (["gallery", run, "--query", "nobody.jpg", "--output", output], ["nobody.jpg", "is none", "such as"]),
            (["gallery", run, "--top", "-1", "--output", output], ["--top"]),
            (["person", run, #filePath, "--output", output], ["DrawTests.swift"]),
            (["person", run, "/nowhere.jpg", "--output", output], ["/nowhere.jpg"]),
            (["person", run, #filePath, "--steps", "29", "--output", output], ["--steps 29"]),
        ]
        for (arguments, words) in cases {
            let result = try MPILauncher.runAlone(SmallWorld.jcm, ["draw"] + arguments, timeout: 40)
            #expect(![0, 124].contains(result.exitCode) && result.exitCode < 128, "\(arguments): \(result.tail)")
            let lines = result.errorOutput.split(separator: "\n")
            #expect(lines.count == 1, "\(arguments): \(result.tail)")
            for word in words { #expect(lines.first?.contains(word) == true, "'\(word)' is not in \(lines)") }
        }
        #expect(!FileManager.default.fileExists(atPath: output))
    }
}

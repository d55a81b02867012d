import Foundation
import TestSupport
import Testing

struct BenchmarkCommandTests {
    private static let jcm = MPILauncher.product("jcm")

    private func run(_ arguments: String) throws -> ProcessResult {
        try MPILauncher.runAlone(Self.jcm, ["benchmark"] + arguments.split(separator: " ").map(String.init))
    }

    static let promised: [(String, [String])] = [
        (
            "step --preset tiny --micro-batch 2 --sequence-length 4 --steps 2 --profile",
            [
                "secondsPerStep", "spread", "fastest", "peakGiB", "percentOfPeak", "gflops", "picturesPerSecond",
                "machine",
                "profile",
            ]
        ),
        ("step --preset tiny --micro-batch 2 --part cnn --steps 1", ["secondsPerStep", "part"]),
        ("inference --preset tiny --batch 2 --runs 1", ["secondsPerBatch", "picturesPerSecond", "peakGiB", "spread"]),
        (
            "convolution --preset tiny --micro-batch 1 --runs 1 --only 3×3",
            ["machine", "convolutions", "forwardSeconds"]
        ),
        ("gemm --runs 1 --only LSTM", ["machine", "products"]),
        ("lstm --preset tiny --micro-batch 2 --runs 1", ["machine", "layers"]),
        ("attention --preset tiny --micro-batch 2 --runs 1", ["machine", "layers"]),
        ("adam --parameters 10000 --runs 1", ["machine", "adam", "bandwidth"]),
        ("memory --preset tiny --micro-batch 2", ["bytes", "totalBytes", "peakGiB"]),
        (
            "retrieval --queries 20 --gallery 120 --width 16",
            ["machine", "size", "ranks", "featuresGiB", "ranking", "reranking"]
        ),
        ("retrieval --queries 1 --gallery 1 --width 1 --plain", ["ranking"]),
    ]

    @Test(arguments: promised) func `JSON holds the promised keys`(arguments: String, keys: [String]) throws {
        let result = try run(arguments + " --threads 1 --json")
        #expect(result.exitCode == 0, "\(result.tail)")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(Set(keys).isSubset(of: object.keys), "\(object.keys.sorted())")
    }

    @Test func `Tables are aligned and carry their units`() throws {
        let result = try run("step --preset tiny --micro-batch 2 --steps 1 --threads 1 --profile")
        #expect(result.exitCode == 0, "\(result.tail)")
        let lines = result.output.split(separator: "\n")
        for word in ["median s", "spread %", "% of peak", "peak GiB", "forward ms", "share %"] {
            #expect(result.output.contains(word), "\(word)")
        }
        let header = try #require(lines.first { $0.hasPrefix("part") })
        let edge = try #require(header.range(of: "all ms")).upperBound
        let column = header.distance(from: header.startIndex, to: edge)
        for line in lines.suffix(3).dropLast() {
            let character = line[line.index(line.startIndex, offsetBy: column - 1)]
            #expect(character.isNumber, "\(line)")
        }
    }

    @Test(arguments: [
        "step --runs 0", "step --part x", "step --bad 1", "step --threads none", "step --preset no-such.yaml",
        "step --sequence-length 29", "convolution --micro-batch 0", "gemm --only nothing-like-it",
        "adam --parameters 0", "adam --parameters 1000000000000", "step --micro-batch 4096", "inference --batch 4096",
        "retrieval --width 0", "retrieval --gallery 16777216 --width 1048576", "no-such-benchmark",
    ]) func `Bad options end with one line and code 2`(arguments: String) throws {
        let result = try run(arguments)
        #expect(result.exitCode == 2, "\(result.tail)")
        let lines = result.errorOutput.split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.hasPrefix("jcm: ") == true, "\(result.tail)")
        #expect(result.output.isEmpty)
    }

    @Test func `Under mpirun one rank speaks`() throws {
        let result = try MPILauncher.run(
            ranks: 2, Self.jcm, ["benchmark", "memory", "--preset", "tiny", "--json", "--threads", "1"])
        #expect(result.exitCode == 0, "\(result.tail)")
        #expect(result.output.components(separatedBy: "totalBytes").count == 2, "\(result.tail)")
    }

    @Test func `Retrieval finds the same on every number of ranks`() throws {
        var found: [[Double]] = []
        for ranks in 1...3 {
            let result = try MPILauncher.run(
                ranks: ranks, Self.jcm,
                ["benchmark", "retrieval", "--queries", "50", "--gallery", "300", "--width", "64"]
                    + ["--threads", "1", "--json"])
            #expect(result.exitCode == 0, "\(result.tail)")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            #expect(object?["ranks"] as? Int == ranks)
            let parts = ["ranking", "reranking"].compactMap { object?[$0] as? [String: Double] }
            found.append(parts.flatMap { [$0["rank1"] ?? -1, $0["meanAveragePrecision"] ?? -1] })
            // What the features alone would take is the least that all ranks hold.
            #expect(parts.allSatisfy { ($0["peakBytes"] ?? 0) > 4 * 350 * 64 && ($0["seconds"] ?? 0) > 0 })
        }
        #expect(found[0].count == 4 && found[0] == found[1] && found[1] == found[2])
        #expect(found[0].allSatisfy { $0 > 0 && $0 < 1 }, "\(found[0])")
    }
}

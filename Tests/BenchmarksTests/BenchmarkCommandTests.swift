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
        "no-such-benchmark",
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
}

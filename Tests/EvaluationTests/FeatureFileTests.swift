import Foundation
import HDF5
import TestSupport
import Testing

@testable import Evaluation

/// A file of features, each part of which a test may spoil.
private struct Content {
    var features: [String: (values: [Float], shape: [Int])] = [
        "query": ([3, 4, 0, 2], [2, 2]), "gallery": ([1, 0, 0, 0, 0, 5], [3, 2]),
    ]
    var persons: [String: [Int64]] = ["query": [1, 2], "gallery": [1, 0, -1]]
    var cameras: [String: [Int64]] = ["query": [1, 1], "gallery": [2, 2, 3]]

    func write(to path: String) throws {
        let file = try File(creating: path)
        for (part, content) in features {
            try file.write(content.values, shape: content.shape, to: "/\(part)/features")
        }
        for (part, values) in persons { try file.write(values, shape: [values.count], to: "/\(part)/ids") }
        for (part, values) in cameras { try file.write(values, shape: [values.count], to: "/\(part)/cameras") }
        try file.close()
    }
}

@Suite("Features made elsewhere")
struct FeatureFileTests {
    /// What opening a spoilt file and taking its features says; nil where nothing is wrong.
    private func line(_ spoil: (inout Content) -> Void) throws -> String? {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "features.h5").path
            var content = Content()
            spoil(&content)
            try content.write(to: path)
            do { _ = try FeatureFile(path).table(rank: 0, of: 1) } catch { return "\(error)" }
            return nil
        }
    }

    @Test("Each rank takes its share, with length 1", arguments: 1...3)
    func shares(_ ranks: Int) throws {
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "features.h5").path
            try Content().write(to: path)
            let file = try FeatureFile(path)
            #expect(file.width == 2 && file.query.persons == [1, 2] && file.gallery.persons == [1, 0, -1])
            #expect(file.query.cameras == [1, 1] && file.gallery.cameras == [2, 2, 3])
            let tables = try (0..<ranks).map { try file.table(rank: $0, of: ranks) }
            let queries = tables.flatMap(\.queries.array), gallery = tables.flatMap(\.gallery.array)
            #expect(zip(queries, [0.6, 0.8, 0, 1]).allSatisfy { abs($0 - $1) < 1e-6 } && queries.count == 4)
            #expect(zip(gallery, [1, 0, 0, 0, 0, 1]).allSatisfy { abs($0 - $1) < 1e-6 } && gallery.count == 6)
        }
    }

    @Test("What is wrong with a file is said in one line that names the data set")
    func refusals() throws {
        #expect(try line { _ in } == nil)
        let cases: [((inout Content) -> Void, [String])] = [
            ({ $0.features["gallery"] = nil }, ["/gallery/features"]),
            ({ $0.persons["query"] = nil }, ["/query/ids"]),
            ({ $0.features["query"] = ([1, 2, 3, 4], [4]) }, ["/query/features", "[N, D]"]),
            ({ $0.features["query"] = ([1, 2, 3, 4, 5, 6], [2, 3]) }, ["3 numbers", "2"]),
            ({ $0.features["query"] = ([], [0, 2]) }, ["/query/features", "[0, 2]"]),
            ({ $0.cameras["gallery"] = [1] }, ["/gallery/cameras", "[1]", "3"]),
            ({ $0.persons["query"] = [1, 0] }, ["/query/ids holds 0"]),
            ({ $0.persons["gallery"] = [1, -2, 0] }, ["/gallery/ids holds -2"]),
            ({ $0.features["gallery"]?.values[3] = .nan }, ["/gallery/features holds nan in row 1"]),
        ]
        for (spoil, words) in cases {
            let line = try #require(try line(spoil))
            #expect(!line.contains("\n"))
            for word in words { #expect(line.contains(word), "'\(word)' is not in: \(line)") }
        }
        #expect(throws: (any Error).self) { try FeatureFile("/nowhere/features.h5") }
        #expect(throws: (any Error).self) { try FeatureFile(#filePath) }
    }
}

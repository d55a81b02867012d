import Foundation
import HDF5
import MPI
import Tensors
import TestSupport
import Testing

@testable import Evaluation

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedFeatureTests {
    @Test
    func `Features of a file have the figures that sorting their distances gives`() {
        TestWorld.run { world throws in
            var random = RandomStream(seed: 31, .test)
            let (queries, gallery, width) = (9, 40, 6)
            func rows(_ count: Int) -> [Float] { (0..<count * width).map { _ in random.normal() } }
            let features = [rows(queries), rows(gallery)]
            let persons = [(0..<queries).map { 1 + $0 % 4 }, (0..<gallery).map { _ in random.below(6) - 1 }]
            let cameras = [(0..<queries).map { _ in random.below(3) }, (0..<gallery).map { _ in random.below(3) }]
            let name = "jcm-features-\(ProcessInfo.processInfo.processIdentifier).h5"
            let path = try world.broadcast(FileManager.default.temporaryDirectory.appending(path: name).path)
            if world.rank == 0 {
                let file = try File(creating: path)
                for (place, part) in ["query", "gallery"].enumerated() {
                    try file.write(features[place], shape: [persons[place].count, width], to: "/\(part)/features")
                    try file.write(persons[place].map(Int64.init), shape: [persons[place].count], to: "/\(part)/ids")
                    try file.write(
                        cameras[place].map(Int64.init), shape: [cameras[place].count], to: "/\(part)/cameras")
                }
                try file.close()
            }
            try world.barrier()
            let results = try FeatureResults(
                try FeatureFile(path), reranking: RerankingParameters(k1: 4, k2: 2), world: world, team: .solo)
            try world.barrier()
            if world.rank == 0 { try FileManager.default.removeItem(atPath: path) }
            func unit(_ part: Int, _ row: Int) -> [Double] {
                let values = features[part][row * width..<(row + 1) * width].map(Double.init)
                let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return values.map { $0 / length }
            }
            let expected = (0..<queries).map { query in
                let x = unit(0, query)
                let distances = (0..<gallery).map { row in
                    zip(x, unit(1, row)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                }
                return RetrievalMetrics.evaluate(
                    distances: distances, queryPerson: persons[0][query], queryCamera: cameras[0][query],
                    galleryPersons: persons[1], galleryCameras: cameras[1])
            }
            #expect(results.plain == RetrievalSummary(expected))
            #expect(results.reranked?.summary.queries == results.plain.queries)
            #expect(results.table.contains("k1 4, k2 2") && results.table.contains("features (D, 6)"))
            let object = try JSONSerialization.jsonObject(with: results.json()) as? [String: [String: Any]]
            let written = object?["reid"]?["mAP"] as? Double ?? -1
            #expect(abs(written - results.plain.meanAveragePrecision) < 1e-12)
        }
    }
}

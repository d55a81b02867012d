import MPI
import TestSupport
import Testing

@testable import Evaluation

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedAttributeTests {
    @Test
    func `Figures and intervals of pictures spread over ranks have the bits of one rank's`() {
        TestWorld.run { world throws in
            for number in 0..<3 {
                let scene = try AttributeScene(number: number)
                let count = scene.pictures.count
                var spread = scene.tallies(FeatureTable.share(count, rank: world.rank, of: world.count))
                try spread.sum(over: world, methods: ["m", "silent"])
                let (found, alone) = (spread.protocols("m"), scene.tallies(0..<count).protocols("m"))
                #expect(found.figures == alone.figures && found.low == alone.low && found.high == alone.high)
                #expect(found.accuracies == alone.accuracies)
                #expect(found.labels == alone.labels && spread.protocols("silent").figures == AttributeFigures())
            }
        }
    }
}

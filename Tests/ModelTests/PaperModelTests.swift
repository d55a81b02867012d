import Foundation
import Layers
import Tensors
import Testing

@testable import Model

@Suite("The paper's model")
struct PaperModelTests {
    private static let market = ModelDimensions(labels: 35, identities: 751, longestSequence: 10)

    private func build(_ configuration: ModelConfiguration = ModelConfiguration()) -> JCM {
        JCM(configuration, Self.market, LayerContext(microBatch: 8, team: .solo))
    }

    @Test("Parameters and multiply-adds of the backbone, with three and with four strided stages")
    func backbone() throws {
        let lines = build().summary.filter { $0.name.hasPrefix("cnn.") }
        #expect(lines.reduce(0) { $0 + $1.parameters } == 23_508_032)
        #expect(lines.reduce(0) { $0 + $1.multiplyAdds } == 7_046_717_440)
        #expect(try #require(lines.last).output == [7, 28, 2048])
        var all = ModelConfiguration()
        all.stridedStages = [1, 2, 3, 4]
        let shorter = build(all).summary.filter { $0.name.hasPrefix("cnn.") }
        #expect(shorter.reduce(0) { $0 + $1.parameters } == 23_508_032)
        #expect(shorter.reduce(0) { $0 + $1.multiplyAdds } == 3_762_053_120)
        #expect(try #require(shorter.last).output == [4, 28, 2048])
    }

    @Test("The maps behind each stage have the heights of the specification and the same width")
    func maps() {
        let lines = build().summary
        for (name, output) in [
            ("cnn.conv1", [112, 56, 64]), ("cnn.maxpool", [56, 28, 64]),
            ("cnn.layer1.2.conv3", [56, 28, 256]),
            ("cnn.layer2.3.conv3", [28, 28, 512]), ("cnn.layer3.5.conv3", [14, 28, 1024]),
            ("cnn.layer4.2.conv3", [7, 28, 2048]),
        ] {
            #expect(lines.first { $0.name == name }?.output == output, "\(name)")
        }
    }

    @Test("The whole model has 276,261,751 parameters, in the summary and in the store")
    func parameters() {
        let model = build()
        #expect(model.context.parameters.elementCount == 276_261_751)
        #expect(model.summary.reduce(0) { $0 + $1.parameters } == 276_261_751)
    }

    @Test("Columns, rows and channels of the configuration are those of the built maps")
    func extents() {
        let paper = ModelConfiguration()
        #expect((paper.columns, paper.lastRows, paper.columnChannels) == (28, 7, 2048))
        #expect(paper.problem == nil)
        var random = RandomStream(seed: 6, .test)
        for _ in 0..<20 {
            var c = ModelConfiguration()
            (c.inputHeight, c.inputWidth) = (16 + random.below(60), 8 + random.below(60))
            (c.baseWidth, c.blocks, c.width, c.feedForward, c.identityWidth) = (1, [1, 1, 1, 1], 8, 8, 4)
            c.stridedStages = (1...4).filter { _ in random.chance(0.5) }
            let last = build(c).summary.last { $0.name.hasPrefix("cnn.") }
            #expect(
                last?.output == [c.lastRows, c.columns, c.columnChannels], "\(c.inputHeight)×\(c.inputWidth)")
        }
    }

    @Test(
        "Configurations that cannot be built say why",
        arguments: [
            { $0.inputHeight = 15 }, { $0.inputWidth = 7 }, { $0.baseWidth = 0 }, { $0.blocks = [1, 1, 1] },
            { $0.blocks = [1, 1, 0, 1] }, { $0.stridedStages = [5] }, { $0.stridedStages = [2, 2] },
            { $0.width = 1023 },
            { $0.heads = 0 }, { $0.heads = 7 }, { $0.recurrentLayers = 0 }, { $0.encoderLayers = 0 },
            { $0.decoderLayers = 0 }, { $0.feedForward = 0 }, { $0.identityWidth = 0 }, { $0.dropout = 1 },
            { $0.dropout = -0.1 }, { $0.dropout = .nan },
        ] as [@Sendable (inout ModelConfiguration) -> Void])
    func problems(_ change: @Sendable (inout ModelConfiguration) -> Void) {
        var configuration = ModelConfiguration()
        change(&configuration)
        #expect(configuration.problem?.hasPrefix("model") == true)
    }

    /// In a process of its own: what else the tests hold does not count.
    @Test("Building it takes no memory before the commit")
    func memory() async {
        await #expect(processExitsWith: .success) {
            let context = LayerContext(microBatch: 64, team: .solo)
            let model = JCM(
                ModelConfiguration(), ModelDimensions(labels: 35, identities: 751, longestSequence: 10),
                context)
            precondition(model.context.parameters.bufferCount * 4 > 1 << 30)
            precondition(context.activations.bytes > 1 << 30 && !context.activations.isCommitted)
            precondition(context.scratch.bytes == 0)
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[
                1]
            let resident = (Int(pages) ?? .max / 4096) * 4096
            precondition(resident < 256 << 20, "\(resident >> 20) MB resident")
        }
    }
}

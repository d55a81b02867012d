import Benchmarks
import Foundation
import Kernels
import Model
import Tensors
import Testing

/// Each measurement on sizes of a few milliseconds: that it runs, and that its figures are figures. Never how large.
struct BenchmarkTests {
    /// A model of a few thousand parameters.
    static let tiny: ModelConfiguration = {
        var configuration = ModelConfiguration()
        (configuration.inputHeight, configuration.inputWidth) = (32, 32)
        configuration.baseWidth = 16
        configuration.blocks = [1, 2, 1, 1]
        (configuration.width, configuration.heads, configuration.feedForward) = (16, 2, 32)
        (configuration.encoderLayers, configuration.decoderLayers, configuration.identityWidth) = (2, 1, 8)
        return configuration
    }()

    private func expectFigures(_ values: Double..., sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(values.allSatisfy { $0.isFinite && $0 > 0 }, "\(values)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 2]) func `Peaks of registers and memory`(threads: Int) {
        let team = WorkerTeam(threads, spins: false)
        defer { team.stop() }
        let machine = Machine.measure(team: team, runs: 2, rounds: 1000)
        expectFigures(machine.peakGflops)
        #expect(machine.threads == threads && machine.lanes >= 8 && !machine.processor.isEmpty)
        #expect(abs(machine.percentOfPeak(machine.peakGflops / 4) - 25) < 1e-9)
        let bandwidth = Bandwidth.measure(team: team, megabytes: 1, runs: 2)
        expectFigures(bandwidth.streaming, bandwidth.copy)
    }

    @Test func `Adam beside a bare pass over the same arrays`() {
        let adam = AdamBenchmark.run(parameters: 1000, runs: 2, team: .solo)
        expectFigures(adam.gigabytesPerSecond, adam.streamingGigabytesPerSecond, adam.percentOfStreaming)
        #expect(adam.parameters == 1000)
    }

    @Test func `A product by tiles and by OpenBLAS, each factor transposed or not`() {
        for (a, b) in [(false, false), (true, false), (false, true)] {
            let shape = ProductBenchmark.Shape(name: "test", m: 5, n: 7, k: 3, transposedA: a, transposedB: b)
            let row = ProductBenchmark.run(shape, runs: 1, team: .solo)
            expectFigures(row.tilesGflops, row.blasGflops)
        }
    }

    @Test func `Every convolution of the backbone once, by every method that fits it`() {
        let cases = ConvolutionBenchmark.cases(Self.tiny)
        // A stem, four stages with a projection each, and one more bottleneck.
        #expect(cases.reduce(0) { $0 + $1.layers } == 1 + 4 * 4 + 3)
        #expect(Set(cases.map(\.name)).count == cases.count)
        for item in cases {
            let rows = ConvolutionBenchmark.run(item, microBatch: 1, runs: 1, team: .solo)
            #expect(rows.map(\.method) == Convolution.methods(for: item.geometry).map(\.rawValue))
            if item.geometry.kernel == 3 { #expect(rows.map(\.method) == ["patches", "winograd"]) }
            for row in rows { expectFigures(row.passes.forwardGflops, row.passes.backwardGflops) }
        }
        #expect(cases.contains { $0.name == "7×7/2,2 32×32 3→16" && $0.layers == 1 })
    }

    @Test func `Recurrent and Transformer layers`() {
        let layers = LayerBenchmark(Self.tiny, microBatch: 2, sequenceLength: 3, runs: 2, team: .solo)
        for rows in [layers.recurrent(), layers.attention()] {
            #expect(rows.count > 1)
            for row in rows {
                expectFigures(row.forwardGflops, row.backwardGflops, row.gflops)
                #expect(row.backwardOperations == 2 * row.forwardOperations)
            }
        }
    }

    @Test(arguments: StepBenchmark.Part.allCases) func `A step, its profile and its memory`(part: StepBenchmark.Part) {
        let step = StepBenchmark(
            Self.tiny, labels: 5, identities: 4, sequenceLength: 3, microBatch: 2, part: part, team: .solo)
        let (timing, profile) = step.measure(runs: 2, profiled: true)
        expectFigures(timing.median, step.operations)
        let layers = profile?.layers ?? [], parts = profile?.parts ?? []
        #expect(layers.first?.name == "cnn.conv1")
        #expect(abs(parts.reduce(0) { $0 + $1.share } - 1) < 1e-6)
        for name in ["cnn.layer2.1.conv2", "cnn.layer1.0.downsample.0"] {
            let row = layers.first { $0.name == name }
            expectFigures(row?.forward ?? 0, row?.backward ?? 0, row?.gflops ?? 0)
        }
        let names = Set(layers.map(\.name))
        let rest: Set = ["birnn.1", "encoder.layers.1", "decoder.layers.0", "ctc", "output", "fc0", "losses", "Adam"]
        #expect(names.isSuperset(of: rest) == (part == .all))
        #expect(step.measure(runs: 1).profile == nil)
        let memory = step.memory
        #expect(memory.parameters == memory.gradients && memory.scratch > 0 && memory.activations > 0)
        #expect((memory.moments == 2 * memory.parameters) == (part == .all))
        #expect(memory.peakResident > memory.total)
    }
}

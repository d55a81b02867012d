import Foundation
import HDF5
import Kernels
import Layers
import Model
import Tensors
import TestSupport

/// One step of the paper's model at micro-batch 8, by hand: `PaperStep OUTPUT.h5 [threads]`.
///
/// Weights and pictures are the deterministic ones of the fixtures, so that `Tests/Fixtures/compare_paper.py` can compute
/// the same step with PyTorch and compare losses and gradients. Takes about 5 GB of memory.
@main
enum PaperStep {
    static let pictures = 8

    static func main() throws {
        BLAS.restartOnBetterKernels()
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            print("usage: PaperStep OUTPUT.h5 [threads]")
            exit(2)
        }
        let team = WorkerTeam(arguments.count > 2 ? Int(arguments[2]) ?? 1 : 2)
        var configuration = ModelConfiguration()
        configuration.dropout = 0
        let dimensions = ModelDimensions(labels: 35, identities: 751, longestSequence: 10)
        let context = LayerContext(microBatch: pictures, team: team)
        let model = JCM(configuration, dimensions, context)
        context.commit(seed: 1)
        for parameter in context.parameters.parameters { assign(parameter) }
        let shape = [pictures, configuration.inputHeight, configuration.inputWidth, 3]
        let input = TestTensor(
            shape, DeterministicValues.values("input.paper", count: shape.reduce(1, *), scale: 1))
        let batch = TrainingBatch(
            pictures: input.view, identities: (0..<pictures).map { $0 * 93 % 751 },
            sequences: (0..<pictures).map { n in (0..<6 + n % 5).map { 1 + $0 * 3 + n % 3 } },
            knownTokens: (0..<pictures).map { _ in nil }, positions: (0..<pictures).map { UInt64($0) })
        context.parameters.beginBackward(team: team)
        let started = Date()
        let losses = model.accumulateGradients(
            batch, globalBatch: pictures, weights: LossWeights(identity: 4),
            .training(SampleRandomness(seed: 1, positions: batch.positions)))
        print(String(format: "forward and backward: %.2f s (first step, cold)", Date().timeIntervalSince(started)))
        print("losses: identity \(losses.identity), ctc \(losses.ctc), attention \(losses.attention)")
        try write(arguments[1], context.parameters, losses)
        team.stop()
    }

    private static func assign(_ parameter: Parameter) {
        let s = parameter.shape.array
        let shape = parameter.layout == .ohwi ? [s[0], s[3], s[1], s[2]] : s
        let values = DeterministicValues.parameter(parameter.name, shape: shape)
        parameter.values.assign(parameter.layout == .ohwi ? outputHeightWidthInput(values, shape: shape) : values)
    }

    private static func write(_ path: String, _ store: ParameterStore, _ losses: LossParts) throws {
        let file = try File(creating: path)
        for parameter in store.parameters {
            let dataset = "/gradients/\(parameter.name)"
            try file.write(parameter.gradient.array, shape: parameter.shape.array, to: dataset)
            if parameter.layout == .ohwi { try file.setAttribute("layout", of: dataset, to: "OHWI") }
        }
        try file.setAttribute("losses", to: [losses.identity, losses.ctc, losses.attention])
        try file.close()
    }
}

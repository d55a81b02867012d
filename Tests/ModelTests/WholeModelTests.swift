import Foundation
import Kernels
import Layers
import Model
import Tensors
import TestSupport
import Testing

/// SPEC §1: outputs agree to 1e-4 relative, gradients to 1e-3 relative, in float32.
@Suite("The whole model agrees with PyTorch in float64")
struct WholeModelTests {
    static let files = ["model_paper_shape", "model_switches"]

    @Test("Losses and every parameter's gradient", arguments: files, [1, 2])
    func lossesAndGradients(_ file: String, _ threads: Int) throws {
        let run = try ModelFixture(file, team: WorkerTeam(threads, spins: false))
        let losses = run.accumulate()
        #expect(abs(losses.identity / (try run.fixture.real("identity_loss")) - 1) < 1e-5)
        #expect(abs(losses.ctc / (try run.fixture.real("ctc_loss")) - 1) < 1e-5)
        #expect(abs(losses.attention / (try run.fixture.real("attention_loss")) - 1) < 1e-5)
        #expect(abs(losses.total(run.weights) / (try run.fixture.real("total_loss")) - 1) < 1e-5)
        for parameter in run.model.context.parameters.parameters {
            let expected = try ModelFixture.stored(run.fixture, "gradients", parameter)
            let found = parameter.gradient.array
            // fc0.bias before a normalisation has no gradient: what PyTorch stored is its own rounding.
            let size = max(norm(expected), 1e-4)
            let difference = norm(zip(found, expected).map { Double($0) - $1 })
            #expect(difference < 1e-3 * size, "\(parameter.name): \(difference / size)")
        }
        for statistic in run.model.context.parameters.statistics {
            let isVariance = statistic.name.hasSuffix("var")
            let running = statistic.pending.array.map { $0 + (isVariance ? 0.9 : 0) }
            let expected = try run.fixture.values("running/\(statistic.name)")
            #expect(relativeError(running, expected) < 1e-4, "\(statistic.name)")
        }
    }

    @Test("Outputs of every head, in training and in inference", arguments: files, [true, false])
    func outputs(_ file: String, _ isTraining: Bool) throws {
        let run = try ModelFixture(file)
        let store = run.model.context.parameters
        for statistic in store.statistics where !isTraining {
            statistic.running.assign(try run.fixture.values("running/\(statistic.name)").map { Float($0) })
        }
        let (pass, group) = isTraining ? (run.pass, "outputs") : (Pass.inference, "inference")
        func check(_ found: [Float], _ name: String) throws {
            #expect(relativeError(found, try run.fixture.values("\(group)/\(name)")) < 1e-4, "\(name)")
        }
        let columns = run.model.columns(run.pictures.view, pass)
        let normalised = run.model.configuration.columnNorm ? "normalised_columns" : "columns"
        try check(columns.array, normalised)
        try check(run.model.identityLogits(columns, pass).array, "identity_logits")
        let sequence = run.model.sequenceFeatures(columns, pass)
        try check(sequence.array, "sequence")
        try check(run.model.ctcLogits(sequence, pass).array, "ctc_logits")
        try check(run.model.identityFeature(columns, pass).array, "fc0_linear")
        let stored = try run.fixture.shape("\(group)/attention_logits")
        let logits = run.model.decoderLogits(sequence, run.batch.sequences, pass)
        let prefix = logits.array.enumerated().filter {
            $0.offset / stored[2] % logits.shape[1] < stored[1]
        }.map(\.element)
        try check(prefix, "attention_logits")
    }

    @Test("Weights after three steps of Adam", arguments: files)
    func adam(_ file: String) throws {
        let run = try ModelFixture(file), store = run.model.context.parameters
        let after = try Fixture(file + "_adam", "model")
        let losses = try after.values("losses")
        let m = TestTensor([store.values.count]), v = TestTensor([store.values.count])
        for step in 1...3 {
            let loss = run.accumulate().total(run.weights)
            #expect(abs(loss / losses[step - 1] - 1) < 1e-4, "loss of step \(step)")
            AdamUpdate(learningRate: 1e-3).apply(
                step: step, values: store.values, gradient: store.gradients, firstMoment: m.view,
                secondMoment: v.view, team: .solo)
        }
        var compared = 0, bad = 0
        for parameter in store.parameters {
            let gradient = try ModelFixture.stored(run.fixture, "gradients", parameter)
            let expected = try ModelFixture.stored(after, "parameters", parameter)
            for (index, found) in parameter.values.array.enumerated() where abs(gradient[index]) >= 1e-6 {
                compared += 1
                // A step moves a weight by one learning rate; where the gradient is rounding, its sign is chance.
                if abs(Double(found) - expected[index]) > 0.02 * 1e-3 { bad += 1 }
            }
        }
        #expect(compared > store.elementCount * 9 / 10)
        #expect(bad == 0, "\(bad) of \(compared) weights are off")
    }

    private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

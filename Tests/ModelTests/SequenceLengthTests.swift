import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@testable import Model

@Suite("Label sequences of several lengths")
struct SequenceLengthTests {
    private static let sequences = [[1, 4], [2], [], [1, 3, 5]]

    private func build(longestSequence: Int) -> JCM {
        var c = ModelConfiguration()
        (c.inputHeight, c.inputWidth, c.baseWidth, c.blocks) = (64, 24, 4, [1, 1, 1, 1])
        (c.width, c.heads, c.feedForward, c.identityWidth) = (8, 2, 16, 8)
        (c.encoderLayers, c.decoderLayers, c.dropout) = (1, 2, 0.1)
        let dimensions = ModelDimensions(labels: 5, identities: 3, longestSequence: longestSequence)
        let model = JCM(c, dimensions, LayerContext(microBatch: 4, team: .solo))
        model.context.commit(seed: 3)
        return model
    }

    private func random(_ shape: [Int]) -> TestTensor {
        var random = RandomStream(seed: 5, .test)
        return TestTensor(shape, (0..<shape.reduce(1, *)).map { _ in random.normal() })
    }

    private func batch(_ pictures: Tensor, _ numbers: [Int] = [0, 1, 2, 3]) -> TrainingBatch {
        let known = [nil, [true, false, true, true, false, true], nil, nil]
        return TrainingBatch(
            pictures: pictures, identities: numbers.map { [0, 1, 2, 1][$0] },
            sequences: numbers.map { Self.sequences[$0] }, knownTokens: numbers.map { known[$0] },
            positions: numbers.map { UInt64($0) })
    }

    @Test("Room for longer sequences than there are changes no bit of the losses and of the gradients")
    func room() {
        let pictures = random([4, 64, 24, 3])
        let outcomes = [3, 4, 9].map { longest in
            let model = build(longestSequence: longest), batch = batch(pictures.view)
            model.context.parameters.beginBackward(team: .solo)
            let losses = model.accumulateGradients(
                batch, globalBatch: 4, weights: LossWeights(identity: 4),
                .training(SampleRandomness(seed: 1, positions: batch.positions)))
            return (losses, model.context.parameters.parameters.map(\.gradient.array))
        }
        for (losses, gradients) in outcomes.dropFirst() {
            #expect(losses == outcomes[0].0)
            #expect(gradients == outcomes[0].1)
        }
    }

    @Test("End marks behind a sequence change no bit of what is said before them")
    func padding() {
        let model = build(longestSequence: 4)
        let columns = random([4, model.configuration.columns, 8]), pass = Pass.inference
        let padded = model.decoderLogits(columns.view, Self.sequences, pass)
        let seen = (0..<4).map {
            padded.slice($0..<$0 + 1).reshaped(5, 6).prefix(Self.sequences[$0].count + 1).array
        }
        let rows = model.attentionModel.decode(
            Self.sequences.map { [model.dimensions.startToken] + $0 }, memory: model.encode(columns.view, pass), pass)
        #expect(rows.array == seen.flatMap(\.self))
    }

    @Test("The decoder's loss is the sum over pictures, each with what is known of it")
    func attentionLoss() {
        let lengths = SequenceRows(lengths: Self.sequences.map { $0.count + 1 })
        let logits = random([lengths.total, 6]), start = logits.view.array
        var weights = LossWeights(identity: 1)
        weights.labelSmoothing = 0.1
        let together = Losses.attention(logits.view, batch(logits.view), share: 0.25, weights)
        var sum = 0.0
        for n in 0..<lengths.count {
            let own = lengths[n], elements = own.lowerBound * 6..<own.upperBound * 6
            let one = TestTensor([own.count, 6], Array(start[elements]))
            sum += Losses.attention(one.view, batch(one.view, [n]), share: 0.25, weights)
            #expect(one.view.array == Array(logits.view.array[elements]), "gradient of picture \(n)")
        }
        #expect(abs(together / sum - 1) < 1e-12)
        let unknown = logits.view.slice(lengths[1])
        #expect(unknown.array[1] == 0)
        #expect(unknown.array[0] != 0)
        #expect(logits.view.array[1] != 0)
    }
}

import Foundation
import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@testable import Model

@Suite("The incremental decoder computes what the full decoder computes")
struct IncrementalDecoderTests {
    private static let pictures = 3

    private func model(preNorm: Bool, learned: Bool) -> JCM {
        var c = ModelConfiguration()
        (c.inputHeight, c.inputWidth, c.baseWidth, c.blocks) = (16, 20, 1, [1, 1, 1, 1])
        (c.width, c.heads, c.feedForward, c.encoderLayers, c.decoderLayers) = (16, 2, 24, 2, 2)
        (c.preNorm, c.positions, c.identityWidth) = (preNorm, learned ? .learned : .sinusoidal, 4)
        let context = LayerContext(microBatch: Self.pictures, team: .solo)
        let model = JCM(c, ModelDimensions(labels: 6, identities: 3, longestSequence: 5), context)
        context.commit(seed: 17)
        // Off their first values, where biases are 0 and norms 1, nothing that is left out would be missed.
        var random = RandomStream(seed: 4, .test)
        for parameter in context.parameters.parameters {
            for index in 0..<parameter.values.count { parameter.values[index] += 0.4 * random.normal() }
        }
        return model
    }

    @Test(
        "Every step of a search has the probabilities of a teacher-forced pass",
        arguments: [(false, false), (false, true), (true, false), (true, true)], [1, 4])
    func stepByStep(_ kind: (preNorm: Bool, learned: Bool), _ width: Int) {
        let model = model(preNorm: kind.preNorm, learned: kind.learned)
        let columns = model.configuration.columns
        let sequence = TestTensor(
            [Self.pictures, columns, 16],
            (0..<Self.pictures * columns * 16).map { 3 * sin(Float($0 * $0 % 997)) })
        for once in [true, false] {
            var search = BeamSearch()
            (search.width, search.maximumLength, search.eachTokenOnce) = (width, 6, once)
            let decoder = IncrementalDecoder(model, search: search)
            let found = decoder.decode(encoded: model.encode(sequence.view, .inference))
            let again = decoder.decode(encoded: model.encode(sequence.view, .inference))
            #expect(found == again, "the second use of a decoder")

            var prefixes: [[Int]]?
            let expected = search.search(pictures: Self.pictures, classes: 7, startToken: 7) { rows in
                let next = rows.map { row in prefixes.map { $0[row.parent] + [row.token] } ?? [] }
                prefixes = next
                return zip(rows, next).map { row, prefix in
                    let picture = sequence.view.slice(row.picture..<row.picture + 1)
                    let logits = model.decoderLogits(picture, [prefix], .inference)
                    let line = logits.reshaped(logits.shape[1], logits.shape[2]).slice(
                        prefix.count..<prefix.count + 1)
                    Softmax.forward(line, team: .solo)
                    return line.array
                }
            }
            for (one, other) in zip(found, expected) {
                #expect(one.tokens == other.tokens)
                #expect(abs(one.logProbability - other.logProbability) < 1e-4)
                #expect(
                    relativeError(one.tokenProbabilities, other.tokenProbabilities.map(Double.init)) < 1e-4)
            }
            let far =
                zip(found[0].tokenProbabilities, found[1].tokenProbabilities).map { abs($0 - $1) }.max() ?? 0
            #expect(far > 0.01, "a step that took another picture's memory would be seen")
        }
    }

    @Test("A trace of a found sequence has the probabilities of the search, and attention that sums to 1")
    func trace() {
        let model = model(preNorm: true, learned: false)
        let (columns, count) = (model.configuration.columns, model.configuration.columns * 16)
        let sequence = TestTensor(
            [Self.pictures, columns, 16], (0..<Self.pictures * count).map { 3 * sin(Float($0 * $0 % 997)) })
        let decoder = IncrementalDecoder(model, search: BeamSearch())
        let found = decoder.decode(encoded: model.encode(sequence.view, .inference))
        var attentions: [[Float]] = []
        for (picture, hypothesis) in found.enumerated() {
            let one = model.encode(sequence.view.slice(picture..<picture + 1), .inference)
            let steps = decoder.trace(hypothesis.tokens, encoded: one)
            #expect(steps.map(\.token) == hypothesis.tokens + [0])
            let sum = steps.reduce(0) { $0 + log(Double($1.probability)) }
            #expect(abs(sum - hypothesis.logProbability) < 1e-4, "\(sum), \(hypothesis.logProbability)")
            for step in steps {
                #expect(step.attention.count == 2 && step.attention.allSatisfy { $0.count == columns })
                for head in step.attention + [step.meanAttention] {
                    #expect(abs(head.reduce(0, +) - 1) < 1e-5 && head.allSatisfy { $0 >= 0 })
                }
            }
            attentions.append(steps[0].attention[0])
        }
        #expect(attentions[0] != attentions[1], "attention to another picture's memory would be seen")
    }

    @Test("Learned positions bound the sequences that can be decoded, sinusoidal ones do not")
    func limit() {
        #expect(model(preNorm: false, learned: true).attentionModel.decodingLimit == 6)
        #expect(model(preNorm: false, learned: false).attentionModel.decodingLimit == 28)
        let model = model(preNorm: false, learned: false)
        // No end and no token twice: only the longest sequence is left.
        for parameter in model.context.parameters.parameters where parameter.name == "output.bias" {
            parameter.values.assign([-1000, 0, 0, 0, 0, 0, 0])
        }
        var search = BeamSearch()
        search.eachTokenOnce = false
        let sequence = TestTensor([1, model.configuration.columns, 16])
        let found = IncrementalDecoder(model, search: search).decode(
            encoded: model.encode(sequence.view, .inference))
        #expect(found[0].tokens.count == 28)
    }
}

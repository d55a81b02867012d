import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@testable import Model

@Suite("The classifier of pre-training")
struct ClassifierTests {
    private static let pictures = 3, classes = 4

    private func model(columnNorm: Bool, base: Int = 1, pictures: Int = Self.pictures) -> Classifier {
        var c = ModelConfiguration()
        (c.inputHeight, c.inputWidth, c.baseWidth, c.blocks) = (16, 20, base, [1, 1, 1, 1])
        (c.form, c.columnNorm) = (.classifier, columnNorm)
        let context = LayerContext(microBatch: pictures, team: .solo)
        let model = Classifier(
            c, ModelDimensions(labels: 0, identities: Self.classes, longestSequence: 0), context)
        context.commit(seed: 11)
        return model
    }

    private func batch(_ pictures: TestTensor) -> TrainingBatch {
        TrainingBatch(
            pictures: pictures.view, identities: [2, 0, 3], sequences: [[], [], []], knownTokens: [nil, nil, nil],
            positions: [0, 1, 2])
    }

    private var pictures: TestTensor { pictures(Self.pictures) }

    private func pictures(_ count: Int) -> TestTensor {
        var random = RandomStream(seed: 9, .test)
        return TestTensor([count, 16, 20, 3], (0..<count * 960).map { _ in random.normal() })
    }

    @Test("Its logits are the linear layer of the columns' average, and its backbone is JCM's")
    func logits() throws {
        let classifier = model(columnNorm: false)
        let store = classifier.context.parameters
        let jcmContext = LayerContext(microBatch: Self.pictures, team: .solo)
        let jcm = JCM(
            classifier.configuration, ModelDimensions(labels: 5, identities: 2, longestSequence: 3), jcmContext)
        jcmContext.commit(seed: 5)
        let theirs = Dictionary(uniqueKeysWithValues: jcmContext.parameters.parameters.map { ($0.name, $0) })
        var shared = 0
        for parameter in store.parameters where parameter.name.hasPrefix("cnn.") {
            let other = try #require(theirs[parameter.name])
            try #require(other.shape == parameter.shape)
            other.values.assign(parameter.values)
            shared += 1
        }
        #expect(shared == store.parameters.count - 2 && shared == theirs.keys.count { $0.hasPrefix("cnn.") })
        let input = pictures
        let columns = jcm.columns(input.view, .inference)
        let logits = classifier.logits(input.view, .inference)
        #expect(logits.shape.array == [Self.pictures, 1, Self.classes])
        let weight = try #require(store.parameters.first { $0.name == "fc.weight" }).values
        let bias = try #require(store.parameters.first { $0.name == "fc.bias" }).values
        let (count, channels) = (columns.shape[1], columns.shape[2])
        for n in 0..<Self.pictures {
            for k in 0..<Self.classes {
                var sum = Double(bias[k])
                for t in 0..<count {
                    for c in 0..<channels {
                        let product = columns[(n * count + t) * channels + c] * weight[k * channels + c]
                        sum += Double(product) / Double(count)
                    }
                }
                #expect(abs(sum - Double(logits[n * Self.classes + k])) < 1e-4 * max(1, abs(sum)))
            }
        }
    }

    @Test("Each picture of a large batch has the bits that it has alone", arguments: [1, 16])
    func pieces(base: Int) {
        let count = 19
        let model = model(columnNorm: true, base: base, pictures: count)
        let input = pictures(count)
        let together = model.logits(input.view, .inference).array.map(\.bitPattern)
        let alone: [Float] = (0..<count).flatMap { model.logits(input.view.slice($0..<$0 + 1), .inference).array }
        #expect(together == alone.map(\.bitPattern))
    }

    @Test("Its gradients are those of finite differences", arguments: [false, true])
    func gradients(columnNorm: Bool) throws {
        let model = model(columnNorm: columnNorm)
        let store = model.context.parameters
        let input = pictures
        let weights = LossWeights(identity: 1.5)
        func loss() -> Double {
            store.beginBackward(team: .solo)
            let randomness = SampleRandomness(seed: 1, positions: [0, 1, 2])
            let parts = model.accumulateGradients(
                batch(input), globalBatch: Self.pictures, weights: weights,
                .training(randomness, statisticsReducer: nil))
            return parts.total(weights)
        }
        _ = loss()
        for name in ["fc.weight", "fc.bias", "cnn.layer4.0.bn3.weight", "cnn.layer4.0.bn3.bias"] {
            let parameter = try #require(store.parameters.first { $0.name == name })
            let gradient = parameter.gradient.array
            let scale = gradient.map(abs).max() ?? 0
            #expect(scale > 1e-3, "\(name) has no gradient worth the test")
            for index in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 6)) {
                let (value, step) = (parameter.values[index], Float(2e-3))
                parameter.values[index] = value + step
                let above = loss()
                parameter.values[index] = value - step
                let below = loss()
                parameter.values[index] = value
                let expected = (above - below) / Double(2 * step)
                #expect(
                    abs(expected - Double(gradient[index])) < 0.03 * Double(scale),
                    "\(name)[\(index)]: \(gradient[index]), by differences \(expected)")
            }
        }
    }
}

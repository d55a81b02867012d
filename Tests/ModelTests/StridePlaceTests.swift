import Kernels
import Layers
import Model
import Tensors
import TestSupport
import Testing

@Suite("The stride in the first 1×1 convolution, or in the 3×3")
struct StridePlaceTests {
    private static let dimensions = ModelDimensions(labels: 5, identities: 3, longestSequence: 3)

    private func build(_ place: StridePlace) -> JCM {
        var c = ModelConfiguration()
        (c.inputHeight, c.inputWidth, c.baseWidth, c.blocks) = (64, 24, 4, [1, 2, 1, 1])
        (c.width, c.heads, c.feedForward, c.identityWidth) = (8, 2, 16, 8)
        (c.encoderLayers, c.decoderLayers, c.dropout, c.strideIn) = (1, 1, 0, place)
        let model = JCM(c, Self.dimensions, LayerContext(microBatch: 4, team: .solo))
        model.context.commit(seed: 3)
        return model
    }

    private func batch() -> TrainingBatch {
        var random = RandomStream(seed: 5, .test)
        let shape = [4, 64, 24, 3]
        let pictures = TestTensor(shape, (0..<shape.reduce(1, *)).map { _ in random.normal() })
        return TrainingBatch(
            pictures: pictures.view, identities: [0, 1, 2, 1], sequences: [[1], [2, 4], [3], [1, 5]],
            knownTokens: [nil, nil, nil, nil], positions: [0, 1, 2, 3])
    }

    /// The identity loss, which alone has a weight, and the gradients in the store.
    private func loss(_ model: JCM, _ batch: TrainingBatch) -> Double {
        var weights = LossWeights(identity: 1)
        weights.attributes = 0
        model.context.parameters.beginBackward(team: .solo)
        return model.accumulateGradients(
            batch, globalBatch: 4, weights: weights, .training(SampleRandomness(seed: 1, positions: batch.positions))
        ).identity
    }

    @Test("The loss changes along a gradient as the gradient says", arguments: StridePlace.allCases)
    func finiteDifferences(_ place: StridePlace) throws {
        let (model, batch) = (build(place), batch())
        for name in [
            "cnn.conv1.weight", "cnn.layer1.0.conv3.weight", "cnn.layer2.0.conv1.weight", "cnn.layer2.0.conv2.weight",
            "cnn.layer3.0.conv1.weight", "cnn.layer3.0.downsample.0.weight", "cnn.layer4.0.conv1.weight",
        ] {
            let parameter = try #require(model.context.parameters.parameters.first { $0.name == name })
            _ = loss(model, batch)
            let (values, gradient) = (parameter.values.array, parameter.gradient.array)
            let squared = gradient.reduce(0) { $0 + Double($1) * Double($1) }
            let size = values.reduce(0) { $0 + Double($1) * Double($1) }
            #expect(squared > 0)
            let step = 2e-4 * (size / squared).squareRoot()
            let sides = [1.0, -1.0].map { sign in
                parameter.values.assign(zip(values, gradient).map { $0 + Float(sign * step) * $1 })
                return loss(model, batch)
            }
            parameter.values.assign(values)
            let slope = (sides[0] - sides[1]) / (2 * step)
            #expect(abs(slope - squared) < 0.05 * squared, "\(name): \(slope) along it, \(squared) expected")
        }
    }

    @Test("Shapes and parameters are the same in either place, the work and the features are not")
    func shapes() throws {
        let (first, second) = (build(.conv1), build(.conv2))
        #expect(first.context.parameters.parameters.map(\.shape) == second.context.parameters.parameters.map(\.shape))
        #expect(first.summary.map(\.name) == second.summary.map(\.name))
        #expect(first.summary.last?.output == second.summary.last?.output)
        let work = [first, second].map { $0.summary.reduce(0) { $0 + $1.multiplyAdds } }
        #expect(work[1] > work[0])
        let pictures = batch().pictures
        let features = [first, second].map { $0.columns(pictures, .inference).array }
        #expect(features[0].count == features[1].count && features[0] != features[1])
    }
}

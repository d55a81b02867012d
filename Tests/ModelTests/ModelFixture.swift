import Kernels
import Layers
import Model
import Tensors
import TestSupport

/// The whole model as `jcm_reference.py` computed it in float64, and ours with the same weights and pictures.
struct ModelFixture {
    let fixture: Fixture
    let model: JCM
    let pictures: TestTensor
    let batch: TrainingBatch
    let weights: LossWeights

    init(_ file: String, team: WorkerTeam = .solo) throws {
        fixture = try Fixture(file, "model")
        let configuration = try Self.configuration(fixture)
        let dimensions = ModelDimensions(
            labels: try fixture.integer("labels"), identities: try fixture.integer("identities"),
            longestSequence: try fixture.integer("longest_sequence"))
        let identities = try fixture.integers("identities")
        let context = LayerContext(microBatch: identities.count, team: team)
        model = JCM(configuration, dimensions, context)
        context.commit(seed: 1)
        for parameter in context.parameters.parameters {
            parameter.values.assign(Self.values(of: parameter))
        }
        let shape = [identities.count, configuration.inputHeight, configuration.inputWidth, 3]
        let count = shape.reduce(1, *)
        pictures = TestTensor(
            shape, DeterministicValues.values(try fixture.text("input_name"), count: count, scale: 1))
        let lengths = try fixture.integers("lengths"), padded = try fixture.integers("sequences")
        let width = padded.count / lengths.count
        batch = TrainingBatch(
            pictures: pictures.view, identities: identities,
            sequences: lengths.enumerated().map { Array(padded[$0 * width..<$0 * width + $1]) },
            knownTokens: lengths.map { _ in nil }, positions: lengths.indices.map { UInt64($0) })
        var weights = LossWeights(identity: Float(try fixture.real("identity_weight")))
        weights.labelSmoothing = Float(try fixture.real("label_smoothing"))
        self.weights = weights
    }

    /// Extents in PyTorch's order.
    static func shape(of parameter: Parameter) -> [Int] {
        let s = parameter.shape.array
        return parameter.layout == .ohwi ? [s[0], s[3], s[1], s[2]] : s
    }

    private static func values(of parameter: Parameter) -> [Float] {
        let shape = shape(of: parameter)
        let values = DeterministicValues.parameter(parameter.name, shape: shape)
        return parameter.layout == .ohwi ? outputHeightWidthInput(values, shape: shape) : values
    }

    /// A stored parameter-like dataset in our order.
    static func stored(_ fixture: Fixture, _ group: String, _ parameter: Parameter) throws -> [Double] {
        let values = try fixture.values("\(group)/\(parameter.name)")
        return parameter.layout == .ohwi
            ? outputHeightWidthInput(values, shape: try fixture.shape("\(group)/\(parameter.name)")) : values
    }

    private static func configuration(_ fixture: Fixture) throws -> ModelConfiguration {
        var c = ModelConfiguration()
        c.inputHeight = try fixture.integer("height")
        c.inputWidth = try fixture.integer("width")
        c.baseWidth = try fixture.integer("base_width")
        c.blocks = try fixture.row("blocks")
        c.stridedStages = try fixture.row("strided_stages")
        c.columnPooling = try fixture.text("column_pooling") == "max" ? .max : .mean
        c.columnNorm = try fixture.integer("column_norm") == 1
        c.recurrentCell = try fixture.text("recurrent") == "gru" ? .gru : .lstm
        c.width = try fixture.integer("model_width")
        c.encoderLayers = try fixture.integer("encoder_layers")
        c.decoderLayers = try fixture.integer("decoder_layers")
        c.heads = try fixture.integer("heads")
        c.feedForward = try fixture.integer("feed_forward")
        c.dropout = 0
        c.preNorm = try fixture.integer("pre_norm") == 1
        c.positions = try fixture.text("positions") == "learned" ? .learned : .sinusoidal
        c.identityWidth = try fixture.integer("fc0_width")
        c.identityNorm = try fixture.integer("fc0_norm") == 1
        return c
    }

    var pass: Pass { .training(SampleRandomness(seed: 1, positions: batch.positions)) }

    /// Forward, losses and backward of the batch.
    func accumulate() -> LossParts {
        model.context.parameters.beginBackward(team: model.context.team)
        return model.accumulateGradients(batch, globalBatch: batch.count, weights: weights, pass)
    }
}

import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Layers agree with PyTorch in float64")
struct LayerGoldenTests {
    @Test("A linear layer", arguments: Fixture.cases("linear"))
    func linear(_ name: String) throws {
        let fixture = try Fixture("linear", name), shape = try fixture.shape("parameters/weight")
        let context = try fixture.context()
        let rows = try fixture.shape("input").dropFirst().dropLast().reduce(1, *)
        let layer = Linear("x", rows: rows, inputs: shape[1], outputs: shape[0], context)
        try LayerCheck(layer, context).matches(fixture) { String($0.dropFirst(2)) }
    }

    @Test("Convolution, batch normalisation, residual and rectifier", arguments: Fixture.cases("convolution_block"))
    func convolutionBlock(_ name: String) throws {
        let fixture = try Fixture("convolution_block", name), context = try fixture.context()
        let (input, weight) = (try fixture.shape("input"), try fixture.shape("parameters/convolution.weight"))
        let geometry = ConvolutionGeometry(
            inputHeight: input[1], inputWidth: input[2], inputChannels: input[3], outputChannels: weight[0],
            kernel: weight[2], strideHeight: try fixture.integer("stride_height"),
            strideWidth: try fixture.integer("stride_width"), padding: try fixture.integer("padding"))
        let layer = ConvolutionBlock(
            "convolution", norm: "norm", geometry, rectified: try fixture.integer("relu") == 1,
            rowStep: try fixture.integer("row_step"), context)
        // The stem's input are pictures: nothing needs their gradient.
        let hasInputGradient = geometry.strideWidth == 1
        let residual = try fixture.integer("residual") == 1 ? try fixture.tensor("residual") : nil
        try LayerCheck(context) {
            layer.forward($0, adding: residual.map { .map($0.view) }, $1)
        } backward: {
            layer.backward($0, into: hasInputGradient ? $1 : nil, $2)
            if residual != nil, let expected = try? fixture.values("residual_gradient") {
                #expect(relativeError($0.array, expected) < 2e-5, "residual gradient")
            }
        }.matches(fixture, hasInputGradient: hasInputGradient) { $0 }
        for (statistic, name) in zip(context.parameters.statistics, ["running_mean", "running_variance"]) {
            let before = try fixture.values("\(name)_before"), after = try fixture.values("\(name)_after")
            let running = zip(before, statistic.pending.array).map { Float(0.9 * $0) + $1 }
            #expect(relativeError(running, after) < 1e-5, "\(name)")
        }
    }

    @Test(
        "Batch normalisation of columns, without γ and β",
        arguments: Fixture.cases("batch_norm").filter { $0.hasPrefix("columns") })
    func columnNorm(_ name: String) throws {
        let fixture = try Fixture("batch_norm", name), context = try fixture.context()
        let input = try fixture.shape("input")
        let layer = BatchNormLayer("x", rows: input[1], channels: input[2], affine: false, rectified: false, context)
        try LayerCheck(layer, context).matches(fixture) { $0 }
        for (statistic, name) in zip(context.parameters.statistics, ["running_mean", "running_variance"]) {
            try statistic.running.assign(fixture.values("\(name)_before").map { Float($0) })
        }
        let pictures = try fixture.tensor("input")
        let inference = withExtendedLifetime(pictures) { layer.forward(pictures.view, .inference).array }
        #expect(relativeError(inference, try fixture.values("inference_output")) < 1e-5)
    }

    @Test("Max pooling", arguments: Fixture.cases("max_pool"))
    func maxPool(_ name: String) throws {
        let fixture = try Fixture("max_pool", name), context = try fixture.context()
        let s = try fixture.shape("input")
        let layer = MaxPool("x", height: s[1], width: s[2], channels: s[3], context)
        try LayerCheck(layer, context).matches(fixture) { $0 }
    }

    @Test("Column pooling by mean and maximum", arguments: Fixture.cases("column_pool"))
    func columnPool(_ name: String) throws {
        let fixture = try Fixture("column_pool", name), context = try fixture.context()
        let s = try fixture.shape("input")
        let method: ColumnPool.Method = name.hasPrefix("max") ? .max : .mean
        let layer = ColumnPool("x", method, columns: s[2], channels: s[3], context)
        try LayerCheck(layer, context).matches(fixture) { $0 }
    }

    @Test("Two bidirectional recurrent layers", arguments: ["lstm", "gru"], [0, 1])
    func recurrent(_ cell: String, _ index: Int) throws {
        let fixture = try Fixture(cell, Fixture.cases(cell)[index]), context = try fixture.context()
        let (input, output) = (try fixture.shape("input"), try fixture.shape("output"))
        let kind = try #require(RecurrentLayer.Cell(rawValue: cell))
        let layers = [input[2], output[2]].enumerated().map {
            RecurrentLayer(
                "x", index: $0, cell: kind, columns: input[1], inputs: $1, hidden: output[2] / 2, context)
        }
        let middle = TestTensor(output)
        try LayerCheck(context) {
            layers[1].forward(layers[0].forward($0, $1), $1)
        } backward: {
            layers[1].backward($0, into: middle.view, $2)
            layers[0].backward(middle.view, into: $1, $2)
        }.matches(fixture) { String($0.dropFirst(2)) }
    }

    @Test("Layer normalisation", arguments: Fixture.cases("layer_norm"))
    func layerNorm(_ name: String) throws {
        let fixture = try Fixture("layer_norm", name), context = try fixture.context()
        let s = try fixture.shape("input")
        let layer = LayerNorm("x", rows: s.dropFirst().dropLast().reduce(1, *), width: s.last ?? 0, context)
        try LayerCheck(layer, context).matches(fixture) { String($0.dropFirst(2)) }
    }

    @Test("Multi-head attention", arguments: Fixture.cases("attention"))
    func attention(_ name: String) throws {
        let fixture = try Fixture("attention", name), context = try fixture.context()
        let s = try fixture.shape("input")
        let memory = try fixture.has("memory") ? try fixture.tensor("memory") : nil
        let layer = MultiHeadAttention(
            "x", length: s[1], memoryLength: memory?.view.shape[1], width: s[2],
            heads: try fixture.integer("heads"), isCausal: name.contains("causal"), dropout: 0, context)
        let memoryGradient = memory.map { TestTensor($0.view.shape.array) }
        try LayerCheck(context) {
            layer.forward($0, memory: memory?.view, $1)
        } backward: {
            layer.backward($0, into: $1, addingToMemory: memoryGradient?.view, $2)
        }.matches(fixture) { String($0.dropFirst(2)) }
        if let memoryGradient {
            let expected = try fixture.values("memory_gradient")
            #expect(relativeError(memoryGradient.view.array, expected) < 2e-5, "memory gradient")
        }
    }

    @Test("An encoder layer, post- and pre-norm", arguments: Fixture.cases("encoder_layer"))
    func encoderLayer(_ name: String) throws {
        let fixture = try Fixture("encoder_layer", name), context = try fixture.context()
        let s = try fixture.shape("input")
        let layer = EncoderLayer("x", length: s[1], try shape(fixture, name), context)
        try LayerCheck(layer, context).matches(fixture) { String($0.dropFirst(2)) }
    }

    @Test("A decoder layer, post- and pre-norm", arguments: Fixture.cases("decoder_layer"))
    func decoderLayer(_ name: String) throws {
        let fixture = try Fixture("decoder_layer", name), context = try fixture.context()
        let s = try fixture.shape("input"), memory = try fixture.tensor("memory")
        let layer = DecoderLayer(
            "x", length: s[1], memoryLength: memory.view.shape[1], try shape(fixture, name), context)
        let memoryGradient = TestTensor(memory.view.shape.array)
        try LayerCheck(context) {
            layer.forward($0, memory: memory.view, $1)
        } backward: {
            layer.backward($0, addingToMemory: memoryGradient.view, $2)
            $1.assign($0)
        }.matches(fixture) { String($0.dropFirst(2)) }
        let expected = try fixture.values("memory_gradient")
        #expect(relativeError(memoryGradient.view.array, expected) < 2e-5, "memory gradient")
    }

    @Test("Embedding and positions, sinusoidal and learned", arguments: Fixture.cases("embedding"))
    func embedding(_ name: String) throws {
        let fixture = try Fixture("embedding", name)
        let (tokens, s) = (try fixture.integers("tokens"), try fixture.shape("output"))
        let context = LayerContext(microBatch: s[0], team: .solo)
        let count = try fixture.shape("parameters/embedding.weight")[0]
        let layer = Embedding("embedding", count: count, length: s[1], width: s[2], context)
        let positions = Positions(
            "positions", name.contains("learned") ? .learned : .sinusoidal,
            length: try fixture.shape("position_table")[0], width: s[2], dropout: 0, context)
        context.commit(seed: 1)
        for parameter in context.parameters.parameters {
            try parameter.values.assign(fixture.parameter("parameters/" + parameter.name, .plain))
        }
        let output = layer.forward(tokens), pass = LayerCheck.training.over(SequenceRows(count: s[0], length: s[1]))
        positions.apply(to: output, pass)
        #expect(relativeError(output.array, try fixture.values("output")) < 1e-5)
        context.parameters.beginBackward(team: .solo)
        let gradient = try fixture.tensor("output_gradient")
        positions.backward(gradient.view.reshaped(s[0] * s[1], s[2]), pass)
        layer.backward(gradient.view)
        for parameter in context.parameters.parameters {
            let expected = try fixture.values("gradients/" + parameter.name)
            #expect(relativeError(parameter.gradient.array, expected) < 1e-5, "gradient of \(parameter.name)")
        }
    }

    private func shape(_ fixture: Fixture, _ name: String) throws -> TransformerShape {
        let inner = try fixture.shape("parameters/linear1.weight")
        return TransformerShape(
            width: inner[1], heads: try fixture.integer("heads"), inner: inner[0], dropout: 0,
            isPreNorm: name.hasPrefix("pre_norm"))
    }
}

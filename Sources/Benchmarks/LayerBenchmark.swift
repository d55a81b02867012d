internal import Kernels
internal import Layers
public import Model
public import Tensors

/// The sequence layers of a model, each alone: a forward and a backward pass on made-up inputs, dropout included.
public struct LayerBenchmark {
    /// The model whose sizes count, pictures a pass, and labels of a sequence.
    let configuration: ModelConfiguration, microBatch: Int, sequenceLength: Int

    /// Measured passes, and who computes them.
    let runs: Int, team: WorkerTeam

    /// A measurement of layers of `configuration`.
    public init(
        _ configuration: ModelConfiguration, microBatch: Int, sequenceLength: Int, runs: Int, team: WorkerTeam
    ) {
        (self.configuration, self.microBatch, self.sequenceLength) = (configuration, microBatch, sequenceLength)
        (self.runs, self.team) = (runs, team)
    }

    /// The bidirectional layers: the first on the columns of the backbone, the second on the first one's output.
    public func recurrent() -> [PassTiming] {
        let c = configuration
        return (0..<min(2, c.recurrentLayers)).map { index in
            let inputs = index == 0 ? c.columnChannels : c.width
            let context = LayerContext(microBatch: microBatch, team: team)
            let layer = RecurrentLayer(
                "birnn", index: index, cell: c.recurrentCell, columns: c.columns, inputs: inputs,
                hidden: c.width / 2, context)
            return time(
                "birnn.\(index)  \(c.columns)×\(inputs)", context, layer.summary,
                input: Shape(microBatch, c.columns, inputs), forward: layer.forward,
                backward: { layer.backward($0, into: $1, $2) })
        }
    }

    /// Attention of columns to themselves, and the Transformer's layers that hold it.
    public func attention() -> [PassTiming] {
        let c = configuration, columns = c.columns, length = sequenceLength + 1
        let shape = TransformerShape(
            width: c.width, heads: c.heads, inner: c.feedForward, dropout: c.dropout, isPreNorm: c.preNorm)
        let contexts = (0..<3).map { _ in LayerContext(microBatch: microBatch, team: team) }
        let attention = MultiHeadAttention(
            "attention", length: columns, width: c.width, heads: c.heads, dropout: c.dropout, contexts[0])
        let encoder = EncoderLayer("encoder", length: columns, shape, contexts[1])
        let decoder = DecoderLayer("decoder", length: length, memoryLength: columns, shape, contexts[2])
        let memoryShape = Shape(microBatch, columns, c.width)
        let arena = Arena("memory")
        let (memory, memoryGradient) = (arena.reserve(memoryShape), arena.reserve(memoryShape))
        arena.commit()
        memory.tensor.fillForMeasuring()
        return [
            time(
                "self-attention  \(columns)×\(c.width)", contexts[0], [attention.summary], input: memoryShape,
                forward: { attention.forward($0, $1) }, backward: { attention.backward($0, into: $1, $2) }),
            time(
                "encoder layer  \(columns)×\(c.width)", contexts[1], encoder.summary, input: memoryShape,
                forward: encoder.forward, backward: { encoder.backward($0, into: $1, $2) }),
            time(
                "decoder layer  \(length)×\(c.width) on \(columns)", contexts[2], decoder.summary,
                input: Shape(microBatch, length, c.width),
                forward: { decoder.forward($0, memory: memory.tensor, $1) },
                backward: { gradient, _, pass in
                    decoder.backward(gradient, addingToMemory: memoryGradient.tensor, pass)
                }),
        ]
    }

    private func time(
        _ name: String, _ context: LayerContext, _ summary: [LayerSummary], input shape: Shape,
        forward: (Tensor, Pass) -> Tensor, backward: (Tensor, Tensor, Pass) -> Void
    ) -> PassTiming {
        let arena = Arena("input")
        let (input, inputGradient) = (arena.reserve(shape), arena.reserve(shape))
        arena.commit()
        context.commit(seed: 1)
        input.tensor.fillForMeasuring()
        let pass = Pass.training(SampleRandomness(seed: 1, positions: (0..<microBatch).map { UInt64($0) }))
        return withoutActuallyEscaping(forward) { forward in
            withoutActuallyEscaping(backward) { backward in
                var output = input.tensor
                // The output serves as its own gradient. Clearing gradients has a place of its own in the turn, so that
                // it counts in neither pass.
                let timings = Timing.measureInTurn(
                    runs: runs,
                    [
                        { output = forward(input.tensor, pass) },
                        { context.parameters.beginBackward(team: team) },
                        {
                            context.scratch.with(output.shape) { gradient in
                                gradient.assign(output)
                                backward(gradient, inputGradient.tensor, pass)
                            }
                        },
                    ])
                let operations = 2 * Double(microBatch) * Double(summary.reduce(0) { $0 + $1.multiplyAdds })
                return PassTiming(
                    name: name, forward: timings[0], backward: timings[2], forwardOperations: operations,
                    backwardOperations: 2 * operations)
            }
        }
    }
}

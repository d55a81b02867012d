internal import Glibc
internal import Kernels
internal import Layers
public import Tensors

/// Decodes pictures' label sequences with the attention model, one position at a time.
///
/// Keys and values of earlier positions are kept per hypothesis and follow it when the beam is reordered; those of the
/// memory are computed once a picture.
public final class IncrementalDecoder {
    private let model: JCM
    private let search: BeamSearch
    private let arena = Arena("decoding")
    private let memory: [Slot]
    private let past: [[Slot]]
    private var current = 0

    /// A decoder for up to the model's micro-batch of pictures at once.
    public init(_ model: JCM, search: BeamSearch) {
        var search = search
        search.maximumLength = min(search.maximumLength, model.attentionModel.decodingLimit)
        (self.model, self.search) = (model, search)
        let (pictures, width) = (model.context.microBatch, model.configuration.width)
        let layers = model.attentionModel.decoder.count
        memory = (0..<layers).map { [arena] _ in
            arena.reserve(Shape(pictures, model.configuration.columns, 2 * width))
        }
        past = (0..<2).map { [arena] _ in
            (0..<layers).map { _ in
                arena.reserve(Shape(pictures * search.width, search.maximumLength, 2 * width))
            }
        }
        arena.commit()
    }

    /// The best sequence of each picture, for the encoder's output [N, T, D].
    public func decode(encoded: Tensor) -> [BeamSearch.Hypothesis] {
        let pictures = encoded.shape[0]
        for (layer, slot) in zip(model.attentionModel.decoder, memory) {
            layer.projectMemory(encoded, into: slot.prefix(pictures))
        }
        var position = 0
        return search.search(
            pictures: pictures, classes: model.dimensions.labels + 1,
            startToken: model.dimensions.startToken
        ) { rows in
            defer { position += 1 }
            if position > 0 { reorder(rows, upTo: position) }
            return step(rows, position: position, pictures: pictures)
        }
    }

    /// What decoding saw and said at each step of a sequence: its tokens, and the end mark where there is room for it.
    ///
    /// Shapes: encoded [1, T, D], the encoder's output for one picture.
    public func trace(_ tokens: [Int], encoded: Tensor) -> [DecodingStep] {
        precondition(encoded.shape[0] == 1, "a trace of \(encoded.shape[0]) pictures at once")
        for (layer, slot) in zip(model.attentionModel.decoder, memory) {
            layer.projectMemory(encoded, into: slot.prefix(1))
        }
        let (heads, columns) = (model.configuration.heads, model.configuration.columns)
        let emitted = (tokens + [ModelDimensions.endToken]).prefix(search.maximumLength)
        var (last, steps) = (model.dimensions.startToken, [DecodingStep]())
        for (position, token) in emitted.enumerated() {
            let row = BeamSearch.Row(picture: 0, parent: 0, token: last)
            let (probabilities, attention) = model.context.scratch.with(Shape(1, heads, columns)) { seen in
                (step([row], position: position, pictures: 1, lastAttention: seen)[0], seen.array)
            }
            steps.append(
                DecodingStep(
                    token: token, probability: probabilities[token],
                    attention: (0..<heads).map { Array(attention[$0 * columns..<($0 + 1) * columns]) }))
            last = token
        }
        return steps
    }

    private func step(
        _ rows: [BeamSearch.Row], position: Int, pictures: Int, lastAttention: Tensor? = nil
    ) -> [[Float]] {
        let attention = model.attentionModel
        let classes = model.dimensions.labels + 1
        let (scratch, width) = (model.context.scratch, model.configuration.width)
        return scratch.with(Shape(rows.count, width), Shape(rows.count, classes)) { x, logits in
            attention.embedding.apply(rows.map(\.token), into: x)
            attention.decoderPositions.apply(toRows: x, position: position)
            for (index, layer) in attention.decoder.enumerated() {
                layer.step(
                    x, position: position, past: past[current][index].tensor,
                    memory: memory[index].prefix(pictures),
                    memoryProbabilities: index == attention.decoder.count - 1 ? lastAttention : nil,
                    picture: { rows[$0].picture })
            }
            attention.decoderNorm?.apply(to: x, into: x)
            attention.classifier.apply(to: x, into: logits)
            Softmax.forward(logits, team: model.context.team)
            return rows.indices.map { logits.slice($0..<$0 + 1).array }
        }
    }

    /// Each row takes the keys and values of the row that it continues.
    private func reorder(_ rows: [BeamSearch.Row], upTo position: Int) {
        for (source, target) in zip(past[current], past[1 - current]) {
            let (from, to) = (source.tensor, target.tensor)
            let line = from.shape[1] * from.shape[2]
            for (index, row) in rows.enumerated() {
                memcpy(
                    to.pointer + index * line, from.pointer + row.parent * line,
                    position * from.shape[2] * MemoryLayout<Float>.stride)
            }
        }
        current = 1 - current
    }
}

internal import Layers
public import Model
public import PersonData
public import Tensors

/// What a model says about pictures: features and attributes, in inference.
public final class PictureReader {
    /// What one picture's sequences say.
    public struct Reading: Sendable {
        /// From beam search on the attention model, an attribute each.
        public let beam: [AttributeReading]

        /// From the CTC head's best path.
        public let ctc: [AttributeReading]

        /// From the largest probability that each token had at any step of the beam's sequence, as a classifier reads
        /// them.
        public let steps: [AttributeReading]

        /// The tokens of both, in order.
        public let beamTokens: [Int], ctcTokens: [Int]

        /// Probability of the beam's sequence.
        public let logProbability: Double
    }

    private let model: JCM
    private let table: AttributeTable
    private let decoder: IncrementalDecoder

    /// A reader with the model's weights; takes up to the model's micro-batch of pictures at once.
    public init(_ model: JCM, table: AttributeTable, search: BeamSearch) {
        precondition(
            table.tokenCount == model.dimensions.labels,
            "a table of \(table.tokenCount) labels for a model of \(model.dimensions.labels)")
        (self.model, self.table) = (model, table)
        decoder = IncrementalDecoder(model, search: search)
    }

    /// Column features [N, T, C] of normalised pictures [N, H, W, 3].
    public func columns(_ pictures: Tensor) -> Tensor { model.columns(pictures, .inference) }

    /// FC0's outputs [N, 1, F] for column features.
    public func identityFeature(_ columns: Tensor) -> Tensor { model.identityFeature(columns, .inference) }

    /// The attributes of each picture of column features.
    public func read(_ columns: Tensor) -> [Reading] {
        let sequence = model.sequenceFeatures(columns, .inference)
        let posteriors = model.ctcPosteriors(sequence)
        let hypotheses = decoder.decode(encoded: model.encode(sequence, .inference))
        return zip(hypotheses, posteriors).map { reading($0, $1) }
    }

    /// How a reading came about.
    public struct Explanation: Sendable {
        /// The attributes.
        public let reading: Reading

        /// The steps of the beam's sequence, the end mark's among them.
        public let steps: [DecodingStep]

        /// Posteriors of the CTC head, [T][K + 1], class 0 the blank.
        public let posteriors: [[Float]]
    }

    /// The attributes of one picture, with where the decoder looked and what the CTC head saw. Shapes: columns [1, T, C].
    public func explain(_ columns: Tensor) -> Explanation {
        precondition(columns.shape[0] == 1, "an explanation of \(columns.shape[0]) pictures at once")
        let sequence = model.sequenceFeatures(columns, .inference)
        let posteriors = model.ctcPosteriors(sequence)[0]
        let encoded = model.encode(sequence, .inference)
        let hypothesis = decoder.decode(encoded: encoded)[0]
        return Explanation(
            reading: reading(hypothesis, posteriors), steps: decoder.trace(hypothesis.tokens, encoded: encoded),
            posteriors: posteriors)
    }

    private func reading(_ hypothesis: BeamSearch.Hypothesis, _ columns: [[Float]]) -> Reading {
        let tokens = CTCDecoder.greedy(columns)
        let largest = columns.reduce([Float](repeating: 0, count: table.tokenCount + 1)) {
            zip($0, $1).map { max($0, $1) }
        }
        return Reading(
            beam: table.attributeValues(
                fromTokens: hypothesis.tokens, tokenProbabilities: hypothesis.tokenProbabilities),
            ctc: table.attributeValues(fromTokens: tokens, tokenProbabilities: largest),
            steps: table.attributeValues(fromProbabilities: hypothesis.tokenProbabilities),
            beamTokens: hypothesis.tokens, ctcTokens: tokens, logProbability: hypothesis.logProbability)
    }
}

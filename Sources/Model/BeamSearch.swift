internal import Glibc

/// Beam search for the most probable label sequence (SPEC §1, decoding), on any source of next-token probabilities.
///
/// A finished sequence scores ln P / ((5 + n) / 6)^α, n its tokens and the end mark (Wu et al. 2016, eq. 14).
public struct BeamSearch: Sendable, Equatable, Codable {
    /// Unfinished sequences kept at each step.
    public var width = 4

    /// α: 0 favours short sequences.
    public var lengthPenalty = 0.6

    /// The most tokens of a sequence.
    public var maximumLength = 28

    /// Whether a token may occur only once.
    public var eachTokenOnce = true

    /// The paper's search with the adopted settings.
    public init() {}

    /// A decoded sequence.
    public struct Hypothesis: Sendable, Equatable {
        /// The emitted tokens, without the end mark.
        public var tokens: [Int] = []

        /// ln P of the tokens, and of the end mark once finished.
        public var logProbability = 0.0

        /// ln P over the length penalty; set when finished.
        public var score = -Double.infinity

        /// The largest probability that each token had at any step of this sequence.
        public var tokenProbabilities: [Float]

        /// The row of the step that this hypothesis continues.
        var row = 0
    }

    /// Searches for several pictures at once.
    ///
    /// `step(rows)` is asked for the next-token probabilities [rows.count][classes] of every live hypothesis; a row says
    /// which picture it belongs to, which row of the last step it continues, and the token that was appended (the start
    /// mark in the first step, where each picture has one row). Class 0 ends a sequence.
    public func search(
        pictures: Int, classes: Int, startToken: Int, step: ([Row]) -> [[Float]]
    ) -> [Hypothesis] {
        precondition(width >= 1 && maximumLength >= 1, "beam of \(width), at most \(maximumLength) tokens")
        var beams = (0..<pictures).map { Beam(picture: $0, classes: classes) }
        for position in 0..<maximumLength {
            var rows: [Row] = []
            for index in beams.indices { beams[index].appendRows(to: &rows, startToken: startToken) }
            if rows.isEmpty { break }
            let probabilities = step(rows)
            for index in beams.indices {
                beams[index].expand(probabilities, self, isLast: position == maximumLength - 1)
            }
        }
        return beams.map(\.best)
    }

    /// One live hypothesis of a step.
    public struct Row: Sendable, Equatable {
        /// The picture it belongs to.
        public let picture: Int

        /// The row of the step before that it continues.
        public let parent: Int

        /// The token appended last.
        public let token: Int
    }

    /// ((5 + n) / 6)^α.
    func penalty(_ length: Int) -> Double { pow((5 + Double(length)) / 6, lengthPenalty) }
}

/// The hypotheses of one picture.
private struct Beam {
    let picture: Int
    var live: [BeamSearch.Hypothesis]
    var finished: BeamSearch.Hypothesis?

    init(picture: Int, classes: Int) {
        self.picture = picture
        live = [BeamSearch.Hypothesis(tokenProbabilities: [Float](repeating: 0, count: classes))]
    }

    var best: BeamSearch.Hypothesis { finished ?? live[0] }

    mutating func appendRows(to rows: inout [BeamSearch.Row], startToken: Int) {
        for index in live.indices {
            let token = live[index].tokens.last ?? startToken
            rows.append(BeamSearch.Row(picture: picture, parent: live[index].row, token: token))
            live[index].row = rows.count - 1
        }
    }

    mutating func expand(_ probabilities: [[Float]], _ search: BeamSearch, isLast: Bool) {
        var candidates: [(score: Double, source: Int, token: Int)] = []
        for (source, hypothesis) in live.enumerated() {
            let next = probabilities[hypothesis.row]
            for (token, p) in next.enumerated() {
                let score = hypothesis.logProbability + log(Double(max(p, .leastNormalMagnitude)))
                if token == 0 {
                    finish(hypothesis, next, score, search)
                } else if !(search.eachTokenOnce && hypothesis.tokens.contains(token)) {
                    candidates.append((score, source, token))
                }
            }
        }
        // Equal scores keep the order of hypothesis and token: the result never depends on the sort.
        candidates.sort { ($1.score, $0.source, $0.token) < ($0.score, $1.source, $1.token) }
        live = candidates.prefix(search.width).map { candidate in
            var extended = live[candidate.source].seeing(probabilities[live[candidate.source].row])
            extended.tokens.append(candidate.token)
            extended.logProbability = candidate.score
            return extended
        }
        if isLast { for hypothesis in live { finish(hypothesis, [], hypothesis.logProbability, search) } }
        // ln P only falls and the penalty only grows up to the longest sequence: no live one can exceed this bound.
        if let finished, let bound = live.map(\.logProbability).max(),
            isLast || finished.score >= bound / search.penalty(search.maximumLength + 1)
        {
            live = []
        }
    }

    /// Ends `hypothesis` with total log-probability `logProbability`; keeps it if it is the best so far.
    private mutating func finish(
        _ hypothesis: BeamSearch.Hypothesis, _ probabilities: [Float], _ logProbability: Double,
        _ search: BeamSearch
    ) {
        var ended = hypothesis.seeing(probabilities)
        ended.logProbability = logProbability
        ended.score = logProbability / search.penalty(ended.tokens.count + 1)
        if finished.map({ ended.score > $0.score }) ?? true { finished = ended }
    }
}

extension BeamSearch.Hypothesis {
    /// The same with the probabilities of one more step taken into the tokens' largest.
    fileprivate func seeing(_ probabilities: [Float]) -> BeamSearch.Hypothesis {
        var copy = self
        for (token, p) in probabilities.enumerated() where p > copy.tokenProbabilities[token] {
            copy.tokenProbabilities[token] = p
        }
        return copy
    }
}

/// What is said of a person about one attribute.
public enum AttributeAnswer: Hashable, Sendable {
    /// Of a yes/no attribute.
    case no, yes

    /// Value number so-and-so of the attribute (counted from 0 within it), of a named one or a colour.
    case value(Int)

    /// No colour.
    case noColour
}

/// What a model says about one attribute, and how sure it is.
public struct AttributeReading: Hashable, Sendable {
    /// What it says.
    public let answer: AttributeAnswer

    /// The probability of the token that says it; where none does (no, no colour) one minus that of the likeliest
    /// token that would have said otherwise.
    public let probability: Float
}

extension AttributeTable {
    /// The attributes that a sequence of tokens says, one reading an attribute.
    ///
    /// Named: the emitted token; of several, or where there is none, the one with the largest probability.
    /// Yes/no: emitted or not; where *no* is a token too and both or neither were emitted, the likelier.
    /// Colour: of the emitted ones that with the largest probability; none is "no colour".
    /// `tokenProbabilities` has K + 1 elements, the first of which (blank or end) is not used.
    public func attributeValues(
        fromTokens tokens: [Int], tokenProbabilities: [Float]
    ) -> [AttributeReading] {
        precondition(
            tokenProbabilities.count == tokenCount + 1,
            "\(tokenProbabilities.count) probabilities for \(tokenCount) tokens and the blank")
        let emitted = Set(tokens)
        return attributes.indices.map { index in
            let all = self.tokens(of: index)
            let said = all.filter(emitted.contains)
            func likeliest(_ candidates: some Collection<Int>) -> Int {
                // max(by:) would take the last of equals
                candidates.reduce(candidates.first ?? all.lowerBound) {
                    tokenProbabilities[$1] > tokenProbabilities[$0] ? $1 : $0
                }
            }
            switch attributes[index].kind {
            case .named:
                let token = likeliest(said.isEmpty ? Array(all) : said)
                return AttributeReading(
                    answer: .value(token - all.lowerBound), probability: tokenProbabilities[token])
            case .colour:
                let token = likeliest(said.isEmpty ? Array(all) : said)
                if said.isEmpty {
                    return AttributeReading(answer: .noColour, probability: 1 - tokenProbabilities[token])
                }
                return AttributeReading(
                    answer: .value(token - all.lowerBound), probability: tokenProbabilities[token])
            case .binary where all.count == 1:
                let probability = tokenProbabilities[all.lowerBound]
                return said.isEmpty
                    ? AttributeReading(answer: .no, probability: 1 - probability)
                    : AttributeReading(answer: .yes, probability: probability)
            case .binary:
                let token = said.count == 1 ? said[0] : likeliest(all)
                return AttributeReading(
                    answer: token == all.lowerBound ? .no : .yes, probability: tokenProbabilities[token])
            }
        }
    }

    /// The attributes as a classifier reads them: by the probabilities alone, whatever sequence was decoded.
    ///
    /// Named and colour: the likeliest token's value. Yes/no: yes from a probability of one half on; where *no* is a token
    /// too, the likelier. `tokenProbabilities` has K + 1 elements, the first of which (blank or end) is not used.
    public func attributeValues(fromProbabilities tokenProbabilities: [Float]) -> [AttributeReading] {
        let emitted = attributes.indices.flatMap { index -> [Int] in
            let all = tokens(of: index)
            if case .binary = attributes[index].kind, all.count == 1 {
                return tokenProbabilities[all.lowerBound] >= 0.5 ? [all.lowerBound] : []
            }
            // max(by:) would take the last of equals
            return [all.reduce(all.lowerBound) { tokenProbabilities[$1] > tokenProbabilities[$0] ? $1 : $0 }]
        }
        return attributeValues(fromTokens: emitted, tokenProbabilities: tokenProbabilities)
    }

    /// What is true of attribute number `attribute`, for scoring; nil where it is unknown.
    ///
    /// One answer, but all colours of a person with several; a person without a colour has `noColour`. A named
    /// attribute of which no value is true is unknown.
    public func trueAnswers(of attribute: Int, _ labels: PersonLabels) -> Set<AttributeAnswer>? {
        precondition(
            labels.states.count == valueCount, "\(labels.states.count) labels for \(valueCount) values")
        let states = labels.states[values(of: attribute)]
        if states.contains(PersonLabels.unknown) { return nil }
        let found = states.indices.filter { states[$0] == PersonLabels.yes }
        let answers = Set(found.map { AttributeAnswer.value($0 - states.startIndex) })
        switch attributes[attribute].kind {
        case .binary: return found.isEmpty ? [.no] : [.yes]
        case .named: return answers.isEmpty ? nil : answers
        case .colour: return answers.isEmpty ? [.noColour] : answers
        }
    }
}

public import PersonData

/// What was said of an attribute, counted by what is true.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The attribute's name.
    public let name: String

    /// The answers that rows (true) and columns (said) stand for, in the table's order, no colour last.
    public let answers: [AttributeAnswer]

    /// The answers in words.
    public let titles: [String]

    /// Pictures by true answer and said answer.
    public private(set) var counts: [[Int]]

    private let attribute: Int

    /// A matrix of no picture, for attribute number `attribute` of a table.
    public init(_ table: AttributeTable, attribute: Int) {
        let described = table.attributes[attribute]
        (name, self.attribute) = (described.name, attribute)
        switch described.kind {
        case .binary: answers = [.no, .yes]
        case .named(let values): answers = values.indices.map { .value($0) }
        case .colour(let values): answers = values.indices.map { .value($0) } + [.noColour]
        }
        titles = answers.map { answer in
            switch answer {
            case .no: "no"
            case .yes: "yes"
            case .value(let index): described.values[index]
            case .noColour: "none"
            }
        }
        counts = [[Int]](repeating: [Int](repeating: 0, count: answers.count), count: answers.count)
    }

    /// Takes a picture; one of which the attribute is unknown counts nowhere.
    ///
    /// Of several true colours the row is the one that was said, where that is among them, and the first otherwise: a
    /// picture counts once.
    public mutating func add(_ labels: PersonLabels, said: [AttributeReading], _ table: AttributeTable) {
        guard let truth = table.trueAnswers(of: attribute, labels) else { return }
        let answer = said[attribute].answer
        guard let column = answers.firstIndex(of: answer),
            let row = truth.contains(answer) ? column : answers.firstIndex(where: truth.contains)
        else { return }
        counts[row][column] += 1
    }

    /// Pictures of which the attribute is known.
    public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// How many answers occur: all, but for a last `none` that nobody has and nothing says.
    public var usedAnswers: Int {
        let last = answers.count - 1
        let isUsed = answers[last] != .noColour || counts.contains { $0[last] > 0 } || counts[last].contains { $0 > 0 }
        return isUsed ? answers.count : last
    }

    /// Share of right answers; as in the official evaluation, a person without a colour is always wrong.
    public var accuracy: Double? {
        guard total > 0 else { return nil }
        let right = answers.indices.filter { answers[$0] != .noColour }.reduce(0) { $0 + counts[$1][$1] }
        return Double(right) / Double(total)
    }
}

import Testing

@testable import Evaluation
@testable import PersonData

@Suite("Attribute scores")
struct AttributeScoresTests {
    private let table: AttributeTable
    private static let unknown = PersonLabels.unknown

    init() throws {
        table = try AttributeTable([
            PersonAttribute("gender", .named(["male", "female"])),
            PersonAttribute("hat", .binary),
            PersonAttribute("colour", .colour(["red", "green", "blue"])),
        ])
    }

    private func readings(_ answers: [AttributeAnswer]) -> [AttributeReading] {
        answers.map { AttributeReading(answer: $0, probability: 0.5) }
    }

    /// The scores of pictures, each a person's states and one method's answers.
    private func scores(_ pictures: [([UInt8], [AttributeAnswer])]) -> AttributeScores {
        var scores = AttributeScores(table)
        for (states, answers) in pictures { scores.add(PersonLabels(states), [("m", readings(answers))]) }
        return scores
    }

    @Test("Right and wrong answers of every kind are counted by attribute")
    func counts() {
        let scores = scores([
            ([1, 0, 1, 1, 0, 0], [.value(0), .yes, .value(0)]),
            ([0, 1, 0, 0, 1, 0], [.value(0), .yes, .value(1)]),
            ([0, 1, 0, 0, 0, 1], [.value(1), .no, .value(1)]),
            ([0, 1, 1, 0, 0, 1], [.value(1), .no, .noColour]),
        ])
        #expect(scores.names == ["gender", "hat", "colour"])
        #expect(scores.counts == [4, 4, 4])
        #expect(scores.accuracy("m") == [0.75, 0.5, 0.5])
        #expect(scores.accuracy("nobody") == [0, 0, 0])
    }

    @Test("A person without a colour counts as wrong, whatever is said, and for no answer's frequency")
    func missingColour() {
        let scores = scores([
            ([1, 0, 0, 0, 0, 0], [.value(0), .no, .noColour]),
            ([1, 0, 0, 0, 0, 0], [.value(0), .no, .value(2)]),
            ([1, 0, 0, 1, 0, 0], [.value(0), .no, .value(0)]),
            ([1, 0, 0, 0, 1, 0], [.value(0), .no, .noColour]),
        ])
        #expect(scores.counts[2] == 4)
        #expect(scores.accuracy("m")[2] == 0.25)
        #expect(scores.majority[2] == 0.25)
    }

    @Test("A person with several colours is right with any of them")
    func severalColours() {
        for (answer, isRight) in [
            (AttributeAnswer.value(0), true), (.value(1), false), (.value(2), true), (.noColour, false),
        ] {
            let scores = scores([([1, 0, 0, 1, 0, 1], [.value(0), .no, answer])])
            #expect(scores.accuracy("m")[2] == (isRight ? 1 : 0))
        }
        // Both colours of each were said to be frequent: red 2 of 3, blue 3 of 3.
        let scores = scores([
            ([1, 0, 0, 1, 0, 1], [.value(0), .no, .value(0)]),
            ([1, 0, 0, 1, 0, 1], [.value(0), .no, .value(0)]),
            ([1, 0, 0, 0, 0, 1], [.value(0), .no, .value(0)]),
        ])
        #expect(scores.majority[2] == 1)
    }

    @Test("What is unknown is not counted; an attribute that nobody knows has no accuracy")
    func unknownValues() {
        let u = Self.unknown
        let scores = scores([
            ([u, u, 1, u, u, u], [.value(0), .yes, .value(0)]),
            ([1, 0, u, u, u, u], [.value(1), .yes, .value(0)]),
            ([0, 0, 0, u, 0, 1], [.value(1), .yes, .value(2)]),
        ])
        // A named attribute without a value is unknown, too.
        #expect(scores.counts == [1, 2, 0])
        #expect(scores.accuracy("m") == [0, 0.5, nil])
        #expect(scores.majority == [1, 0.5, nil])
        #expect(AttributeScores.mean(scores.accuracy("m")) == 0.25)
        #expect(AttributeScores.mean([nil, nil]) == 0 && AttributeScores.mean([]) == 0)
    }

    @Test("The majority's share is that of the most frequent truth")
    func majority() {
        let pictures: [([UInt8], [AttributeAnswer])] =
            (0..<10).map { index in
                (
                    [index < 7 ? 0 : 1, index < 7 ? 1 : 0, index < 4 ? 1 : 0, 0, 1, 0],
                    [.value(0), .no, .value(0)]
                )
            }
        #expect(scores(pictures).majority == [0.7, 0.6, 1])
    }

    @Test("Methods are scored side by side on the same pictures")
    func methods() {
        var scores = AttributeScores(table)
        for index in 0..<4 {
            scores.add(
                PersonLabels([1, 0, 1, 0, 0, 1]),
                [
                    ("beam", readings([.value(0), .yes, .value(2)])),
                    ("ctc", readings([.value(index % 2), .no, .value(index)])),
                ])
        }
        #expect(scores.counts == [4, 4, 4])
        #expect(scores.accuracy("beam") == [1, 1, 1])
        #expect(scores.accuracy("ctc") == [0.5, 0, 0.25])
    }
}

import Tensors
import Testing

@testable import Evaluation
@testable import PersonData

@Suite("Confusion matrices")
struct ConfusionMatrixTests {
    private let table: AttributeTable

    init() throws {
        table = try AttributeTable([
            PersonAttribute("gender", .named(["male", "female"])),
            PersonAttribute("hat", .binary),
            PersonAttribute("colour", .colour(["red", "green", "blue"])),
        ])
    }

    private func said(_ answers: [AttributeAnswer]) -> [AttributeReading] {
        answers.map { AttributeReading(answer: $0, probability: 0.5) }
    }

    @Test("Pictures are counted in the row of the truth and the column of what was said")
    func counts() {
        var matrices = table.attributes.indices.map { ConfusionMatrix(table, attribute: $0) }
        let pictures: [([UInt8], [AttributeAnswer])] = [
            ([1, 0, 1, 1, 0, 0], [.value(0), .yes, .value(0)]),
            ([0, 1, 0, 0, 1, 0], [.value(0), .yes, .value(1)]),
            ([0, 1, 0, 1, 0, 1], [.value(1), .no, .value(2)]),
            ([0, 1, 255, 1, 0, 1], [.value(1), .no, .noColour]),
            ([0, 1, 1, 0, 0, 0], [.value(1), .no, .noColour]),
        ]
        for (states, answers) in pictures {
            for index in matrices.indices { matrices[index].add(PersonLabels(states), said: said(answers), table) }
        }
        #expect(matrices[0].titles == ["male", "female"] && matrices[0].counts == [[1, 0], [1, 3]])
        #expect(matrices[1].titles == ["no", "yes"] && matrices[1].counts == [[1, 1], [1, 1]])
        #expect(matrices[2].titles == ["red", "green", "blue", "none"])
        // Two true colours: that which was said, else the first.
        #expect(matrices[2].counts == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
        #expect(matrices.map(\.total) == [5, 4, 5])
        #expect(matrices[2].accuracy == 0.6, "no colour, said of somebody without one, is wrong")
        #expect(matrices[2].usedAnswers == 4)
        #expect(ConfusionMatrix(table, attribute: 2).accuracy == nil)
        #expect(ConfusionMatrix(table, attribute: 2).usedAnswers == 3)
    }

    @Test("Over random pictures, totals and accuracies are those of the scores")
    func agreesWithScores() {
        var random = RandomStream(seed: 9, .test)
        var scores = AttributeScores(table)
        var matrices = table.attributes.indices.map { ConfusionMatrix(table, attribute: $0) }
        for _ in 0..<500 {
            let kinds = [PersonLabels.no, PersonLabels.no, PersonLabels.yes, PersonLabels.unknown]
            let states: [UInt8] = (0..<6).map { _ in kinds[random.below(4)] }
            let colour = random.below(4)
            let answers = said([
                .value(random.below(2)), random.below(2) == 0 ? .no : .yes, colour == 3 ? .noColour : .value(colour),
            ])
            scores.add(PersonLabels(states), [("m", answers)])
            for index in matrices.indices { matrices[index].add(PersonLabels(states), said: answers, table) }
        }
        #expect(matrices.map(\.total) == scores.counts)
        #expect(matrices.map(\.accuracy) == scores.accuracy("m"))
    }
}

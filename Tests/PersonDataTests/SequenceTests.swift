import Testing

@testable import PersonData

@Suite struct SequenceTests {
    @Test func `a sequence is ascending and names what is true`() {
        #expect(smallTable.sequence(PersonLabels([0, 1, 1, 1, 0, 1])) == [2, 3, 4, 6])
        #expect(smallTable.sequence(PersonLabels([1, 0, 0, 0, 0, 0])) == [1])
        #expect(smallTable.withAllValues(true).sequence(PersonLabels([1, 0, 0, 0, 0, 1])) == [1, 3, 7])
        #expect(smallTable.withAllValues(true).sequence(PersonLabels([1, 0, 1, 0, 0, 1])) == [1, 4, 7])
    }

    @Test func `tokens of unknown attributes are left out of the loss`() {
        #expect(smallTable.knownTokens(PersonLabels([1, 0, 0, 0, 0, 0])) == nil)
        let labels = PersonLabels([1, 0, 255, 255, 255, 255])
        #expect(smallTable.knownTokens(labels) == [true, true, true, false, false, false, false])
        #expect(smallTable.sequence(labels) == [1])
        let both = smallTable.withAllValues(true)
        #expect(both.knownTokens(labels) == [true, true, true, false, false, false, false, false])
        #expect(both.sequence(labels) == [1])
    }

    @Test func `named attributes read the emitted token, or the likeliest of several or none`() {
        func gender(_ tokens: [Int], _ male: Float, _ female: Float) -> AttributeReading {
            smallTable.attributeValues(
                fromTokens: tokens, tokenProbabilities: [0, male, female, 0, 0, 0, 0])[0]
        }
        #expect(gender([1], 0.2, 0.9) == AttributeReading(answer: .value(0), probability: 0.2))
        #expect(gender([1, 2], 0.2, 0.9) == AttributeReading(answer: .value(1), probability: 0.9))
        #expect(gender([1, 2], 0.9, 0.2) == AttributeReading(answer: .value(0), probability: 0.9))
        #expect(gender([], 0.1, 0.3) == AttributeReading(answer: .value(1), probability: 0.3))
        #expect(gender([], 0.5, 0.5).answer == .value(0))
    }

    @Test func `yes and no read whether the token was emitted`() {
        func hat(_ tokens: [Int], _ yes: Float) -> AttributeReading {
            smallTable.attributeValues(fromTokens: tokens, tokenProbabilities: [0, 0, 0, yes, 0, 0, 0])[1]
        }
        #expect(hat([3], 0.4) == AttributeReading(answer: .yes, probability: 0.4))
        #expect(hat([1, 4], 0.25) == AttributeReading(answer: .no, probability: 0.75))
        let both = smallTable.withAllValues(true)
        func answer(_ tokens: [Int], _ no: Float, _ yes: Float) -> AttributeAnswer {
            both.attributeValues(fromTokens: tokens, tokenProbabilities: [0, 0, 0, no, yes, 0, 0, 0])[1]
                .answer
        }
        #expect(answer([3], 0.1, 0.9) == .no)
        #expect(answer([4], 0.9, 0.1) == .yes)
        #expect(answer([3, 4], 0.2, 0.3) == .yes)
        #expect(answer([], 0.4, 0.3) == .no)
    }

    @Test func `colours read the likeliest emitted one, or no colour`() {
        func colour(_ tokens: [Int], _ probabilities: [Float]) -> AttributeReading {
            smallTable.attributeValues(fromTokens: tokens, tokenProbabilities: [0, 0, 0, 0] + probabilities)[
                2]
        }
        #expect(colour([5], [0.9, 0.1, 0.2]) == AttributeReading(answer: .value(1), probability: 0.1))
        #expect(colour([4, 6], [0.3, 0.9, 0.5]) == AttributeReading(answer: .value(2), probability: 0.5))
        #expect(colour([1], [0.25, 0.125, 0]) == AttributeReading(answer: .noColour, probability: 0.75))
    }

    @Test func `what is true is one answer, several colours, or unknown`() {
        let labels = PersonLabels([0, 1, 0, 1, 0, 1])
        #expect(smallTable.trueAnswers(of: 0, labels) == [.value(1)])
        #expect(smallTable.trueAnswers(of: 1, labels) == [.no])
        #expect(smallTable.trueAnswers(of: 2, labels) == [.value(0), .value(2)])
        #expect(smallTable.trueAnswers(of: 1, PersonLabels([0, 1, 1, 0, 0, 0])) == [.yes])
        #expect(smallTable.trueAnswers(of: 2, PersonLabels([0, 1, 1, 0, 0, 0])) == [.noColour])
        let unknown = PersonLabels.unknown(smallTable)
        #expect((0..<3).allSatisfy { smallTable.trueAnswers(of: $0, unknown) == nil })
        #expect(smallTable.trueAnswers(of: 0, PersonLabels([0, 0, 0, 0, 0, 0])) == nil)
    }

    @Test func `what was said of a known person is read back`() {
        for table in [AttributeTable.market1501, AttributeTable.market1501.withAllValues(true)] {
            var labels = PersonLabels([UInt8](repeating: 0, count: table.valueCount))
            for index in table.attributes.indices where index != 5 {
                labels.states[table.values(of: index).upperBound - 1] = 1
            }
            let sure = [Float](repeating: 0.5, count: table.tokenCount + 1)
            let read = table.attributeValues(fromTokens: table.sequence(labels), tokenProbabilities: sure)
            for index in table.attributes.indices {
                #expect(table.trueAnswers(of: index, labels) == [read[index].answer])
            }
        }
    }

    @Test func `a classifier reads probabilities alone`() {
        func read(_ table: AttributeTable, _ probabilities: [Float]) -> [AttributeReading] {
            table.attributeValues(fromProbabilities: [0.9] + probabilities)
        }
        let read1 = read(smallTable, [0.3, 0.2, 0.5, 0.1, 0.3, 0.3])
        #expect(read1.map(\.answer) == [.value(0), .yes, .value(1)])
        #expect(read1.map(\.probability) == [0.3, 0.5, 0.3])
        let read2 = read(smallTable, [0.3, 0.4, 0.25, 0, 0, 0])
        #expect(read2.map(\.answer) == [.value(1), .no, .value(0)])
        #expect(read2[1].probability == 0.75)
        let both = smallTable.withAllValues(true)
        #expect(read(both, [0.3, 0.2, 0.1, 0.2, 0, 0, 1])[1] == AttributeReading(answer: .yes, probability: 0.2))
        #expect(read(both, [0.3, 0.2, 0.3, 0.2, 0, 0, 1])[1].answer == .no)
    }
}

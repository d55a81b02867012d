import Synthesis
import Testing

@Suite struct AttributeMarginalsTests {
    @Test func `rare attributes reach the share that was asked for`() throws {
        let people = try Twin(
            configuration: TwinConfiguration(trainIdentities: 3000, testIdentities: 0, minimumShare: 0.12)
        ).people
        func share(_ matches: (MarketLook) -> Bool) -> Double {
            Double(people.filter { matches($0.look) }.count) / Double(people.count)
        }
        #expect(abs(share(\.hat) - 0.12) < 0.03)
        #expect(abs(share(\.longSleeves) - 0.12) < 0.03)
        #expect(abs(share { $0.age == .old } - 0.12) < 0.03)
        #expect(abs(share { $0.age == .young } - 0.12) < 0.03)
        #expect(share(\.handbag) > 0.10)
        #expect(share { $0.upper == .purple } > 0.04)
        #expect(share { $0.upper == nil } > 0.03)
    }

    @Test func `what depends on gender depends on it here, and nobody carries two bags`() throws {
        let people = try Twin(configuration: TwinConfiguration(trainIdentities: 2000, testIdentities: 0))
            .people
        #expect(people.allSatisfy { $0.look.gender == .female || !$0.look.dress })
        #expect(
            people.allSatisfy { [$0.look.bag, $0.look.backpack, $0.look.handbag].filter { $0 }.count <= 1 })
        let women = people.filter { $0.look.gender == .female }
        let men = people.filter { $0.look.gender == .male }
        #expect(Double(women.filter(\.look.longHair).count) > 0.7 * Double(women.count))
        #expect(Double(men.filter(\.look.longHair).count) < 0.05 * Double(men.count))
    }

    @Test func `codes outside the label file's are refused by name`() {
        #expect(throws: TwinError("label row: field 'gender' expected 1 to 2, found nothing")) {
            try MarketLook(codes: [:])
        }
    }
}

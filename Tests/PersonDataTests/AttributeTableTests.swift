import Testing

@testable import PersonData

@Suite struct AttributeTableTests {
    @Test func `market has 35 tokens, and 39 with both values of yes and no`() {
        let market = AttributeTable.market1501
        #expect(market.attributes.count == 12)
        #expect(market.valueCount == 35)
        #expect(market.tokenCount == 35)
        #expect(market.withAllValues(true).tokenCount == 39)
        #expect(market.withAllValues(true).valueCount == 35)
        #expect(market.tokens(of: 0) == 1..<3)
        #expect(market.tokens(of: 11) == 27..<36)
    }

    @Test func `tokens are consecutive in table order`() {
        for table in [AttributeTable.market1501, smallTable, smallTable.withAllValues(true)] {
            #expect(
                table.attributes.indices.flatMap { Array(table.tokens(of: $0)) }
                    == Array(1...table.tokenCount))
            #expect(
                table.attributes.indices.flatMap { Array(table.values(of: $0)) }
                    == Array(0..<table.valueCount))
            #expect(table.tokenNames.count == table.tokenCount)
        }
        #expect(
            smallTable.tokenNames == [
                "gender male", "gender female", "hat", "colour red", "colour green", "colour blue",
            ])
        #expect(smallTable.withAllValues(true).tokenNames[2...3] == ["no hat", "hat"])
    }

    @Test func `leaving one attribute out renumbers the rest`() throws {
        let rest = try smallTable.without("gender")
        #expect(rest.tokenNames == ["hat", "colour red", "colour green", "colour blue"])
        #expect(rest.tokens(of: 1) == 2..<5)
        let text = try #require(message { _ = try smallTable.without("age") })
        #expect(text.contains("age") && text.contains("gender hat colour"))
    }

    @Test func `a reordered table has the same attributes in another order`() throws {
        let turned = smallTable.reordered([2, 0, 1])
        #expect(turned.attributes.map(\.name) == ["colour", "gender", "hat"])
        #expect(turned.tokens(of: 2) == 6..<7)
        let market = AttributeTable.market1501
        #expect(market.reordered(seed: 1) == market.reordered(seed: 1))
        #expect(market.reordered(seed: 1) != market.reordered(seed: 2))
        #expect(Set(market.reordered(seed: 3).attributes) == Set(market.attributes))
    }

    @Test func `a table survives JSON`() throws {
        for table in [AttributeTable.market1501, smallTable.withAllValues(true)] {
            #expect(try AttributeTable(json: table.json) == table)
            #expect(!table.json.contains("\n"))
        }
    }

    @Test(arguments: [
        "", "[]", "{}", "{\"attributes\":{},\"allValues\":false}",
        "{\"attributes\":[{\"name\":\"a\",\"kind\":\"odd\"}],\"allValues\":false}",
        "{\"attributes\":[{\"name\":\"a\",\"kind\":\"named\"}],\"allValues\":false}",
        "{\"attributes\":[{\"name\":\"a\",\"kind\":\"named\",\"values\":[]}],\"allValues\":false}",
        "{\"attributes\":[{\"name\":\"a\",\"kind\":\"colour\",\"values\":[\"b\",\"b\"]}],\"allValues\":false}",
        "{\"attributes\":[{\"name\":\"a\",\"kind\":\"binary\"},{\"name\":\"a\",\"kind\":\"binary\"}],\"allValues\":false}",
    ])
    func `what is no table is refused in one line`(json: String) throws {
        let text = try #require(message { _ = try AttributeTable(json: json) })
        #expect(text.hasPrefix("attribute table: ") && !text.contains("\n"))
    }

    @Test func `value maps go by name and refuse what differs`() throws {
        let turned = smallTable.reordered([2, 0, 1])
        #expect(try turned.valueMap(from: smallTable) == [3, 4, 5, 0, 1, 2])
        let blueFirst = try AttributeTable([PersonAttribute("colour", .colour(["blue", "red", "green"]))])
        #expect(try blueFirst.valueMap(from: smallTable) == [5, 3, 4])
        let fewer = try AttributeTable([PersonAttribute("colour", .colour(["blue", "red"]))])
        #expect(throws: PersonDataError.self) { try fewer.valueMap(from: smallTable) }
        let named = try AttributeTable([PersonAttribute("colour", .named(["blue", "red", "green"]))])
        #expect(throws: PersonDataError.self) { try named.valueMap(from: smallTable) }
        #expect(throws: PersonDataError.self) { try AttributeTable.market1501.valueMap(from: smallTable) }
    }
}

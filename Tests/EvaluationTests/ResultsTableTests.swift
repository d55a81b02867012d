import Foundation
import PersonData
import Testing

@testable import Evaluation

@Suite("Tables of an evaluation")
struct ResultsTableTests {
    private func results(_ published: PublishedFigures?) throws -> (EvaluationResults, AttributeScene) {
        let scene = try AttributeScene(number: 1)
        var scores = AttributeScores(scene.table)
        var tallies = IdentityTallies(scene.table, identities: scene.people, methods: ["beam", "ctc", "steps"])
        for picture in scene.pictures {
            let said = ["beam", "ctc", "steps"].map { (method: $0, readings: picture.said) }
            scores.add(picture.labels, said)
            tallies.add(picture.person, picture.labels, said)
        }
        let summary = RetrievalSummary([RetrievalMetrics.evaluate([false, true])])
        let attributes = AttributeResults(
            scores, beam: tallies.protocols("beam"), ctc: tallies.protocols("ctc"), steps: tallies.protocols("steps"),
            pictures: scene.pictures.count)
        let results = EvaluationResults(
            attributes: attributes, columns: summary, identity: summary, pixels: summary, reranked: nil,
            chance: (0.1, 0.2),
            details: EvaluationDetails(
                queryPersons: [], columns: [], identity: [], identities: [], attributes: [], right: [], known: []),
            galleryPictures: 2, published: published)
        return (results, scene)
    }

    @Test("Columns are aligned, no line is wider than 100, and the paper stands where it was measured")
    func text() throws {
        let market = PublishedFigures.of(source: "Market-1501 in x", table: .market1501, pictures: 13_115)
        let (results, scene) = try results(market)
        let lines = results.table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.allSatisfy { $0.count <= 100 }, "\(lines.filter { $0.count > 100 })")
        let header = try #require(lines.firstIndex { $0.contains("steps  majority") })
        let rows = lines[(header + 1)...(header + scene.table.attributes.count + 1)]
        // The mark of an attribute that was not learned stands behind the columns.
        #expect(rows.allSatisfy { $0.prefix(lines[header].count).last?.isNumber == true }, "\(rows)")
        let mean = try #require(lines.firstIndex { $0.hasPrefix("mean") })
        // Both stand under the figure, before its interval.
        let edge = lines[mean].prefix { $0 != "[" }.count - 1
        #expect(rows.allSatisfy { $0.prefix { $0 != "[" }.count == edge + 1 }, "\(rows)")
        #expect(lines.allSatisfy { $0.last != " " })
        for (line, name, value) in [(mean + 1, "  JCM's paper ", "89.7"), (mean + 2, "  best before it ", "88.5")] {
            #expect(lines[line].hasPrefix(name) && lines[line].hasSuffix(value) && lines[line].count == edge)
        }
        #expect(lines.contains { $0.hasPrefix("  re-ranked: JCM's paper ") && $0.hasSuffix("93.1") })
        #expect(!(try self.results(nil).0.table.contains("JCM's paper")))
    }

    @Test("The JSON has every attribute's interval by every method, and the paper's figures")
    func json() throws {
        let (results, scene) = try results(
            PublishedFigures.of(source: "DukeMTMC-reID in x", table: .dukeMTMC, pictures: 17_661))
        let object = try JSONSerialization.jsonObject(with: results.json()) as? [String: [String: Any]]
        #expect(object?["published"]?["mean"] as? Double == 0.89)
        let all = try #require(object?["attributes"]?["perAttribute"] as? [String: [String: Any]])
        #expect(Set(all.keys) == Set(scene.table.attributes.map(\.name)))
        for row in all.values {
            for name in ["beam", "ctc", "steps"] {
                let numbers = ["Low", "", "High"].compactMap { row[name + $0] as? Double }
                try #require(numbers.count == 3)
                #expect(numbers[0] <= numbers[1] && numbers[1] <= numbers[2] && numbers[0] < numbers[2])
            }
        }
    }
}

import Foundation
import Tensors
import Testing

@testable import Evaluation
@testable import PersonData

/// PETA's second mean: over the usual eight of its twelve attributes.
@Suite("The mean of PETA's usual eight")
struct UsualMeanTests {
    private let eight = [
        "gender", "age", "hairLength", "upperType", "lowerType", "footwearType", "carrying", "accessory",
    ]

    /// Figures of sixty pictures of six people, the words of which are drawn.
    private func results(_ table: AttributeTable, published: PublishedFigures? = nil) -> EvaluationResults {
        var random = RandomStream(seed: 8, .test)
        let methods = ["beam", "ctc", "steps"]
        var scores = AttributeScores(table)
        var tallies = IdentityTallies(table, identities: Array(1...6), methods: methods)
        for picture in 0..<60 {
            let labels = PersonLabels((0..<table.valueCount).map { _ in random.chance(0.3) ? 1 : 0 })
            let said = methods.map { method in
                let readings = table.attributes.map { attribute in
                    let value = AttributeAnswer.value(random.below(attribute.values.count))
                    return AttributeReading(answer: attribute.kind == .binary ? .yes : value, probability: 0.5)
                }
                return (method: method, readings: readings)
            }
            scores.add(labels, said)
            tallies.add(picture % 6 + 1, labels, said)
        }
        let summary = RetrievalSummary([])
        var results = EvaluationResults(
            attributes: AttributeResults(
                scores, beam: tallies.protocols("beam"), ctc: tallies.protocols("ctc"),
                steps: tallies.protocols("steps"), pictures: 60),
            columns: summary, identity: summary, pixels: summary, reranked: nil, chance: (0, 0),
            details: EvaluationDetails(
                queryPersons: [], columns: [], identity: [], identities: [], attributes: [], right: [], known: []),
            galleryPictures: 60, published: published)
        results.trainedPictures = published == nil ? 7 : 0
        return results
    }

    @Test("It is the plain mean of the eight that are no colours, in any order of the table")
    func mean() throws {
        for table in [AttributeTable.peta, .peta.reordered(seed: 4)] {
            let results = results(table).attributes
            let rows = results.rows.filter { !$0.name.hasSuffix("Colour") }
            #expect(rows.count == 8 && Set(rows.map(\.name)) == Set(eight))
            let figures = [results.beamProtocols, results.ctcProtocols, results.stepsProtocols].map(\.usual)
            for (usual, accuracies) in zip(
                figures, [rows.map(\.beam), rows.map(\.ctc), rows.map(\.steps)])
            {
                let usual = try #require(usual)
                #expect(abs(usual.value - accuracies.compactMap { $0?.value }.reduce(0, +) / 8) < 1e-12)
                #expect(usual.low < usual.value && usual.value < usual.high && usual.high - usual.low < 0.2)
            }
            let majority = rows.compactMap(\.majority).reduce(0, +) / 8
            #expect(abs((results.usual?.majority ?? 0) - majority) < 1e-12)
        }
        #expect(AttributeTable.petaUsual == eight)
    }

    @Test("Other tables, and PETA's without one of the eight, have none")
    func others() throws {
        let alone = try AttributeTable(AttributeTable.peta.attributes.filter { eight.contains($0.name) })
        for table in [.market1501, .dukeMTMC, try .peta.without("gender"), alone] {
            #expect(table.usualAttributes == nil)
        }
        #expect(try AttributeTable.peta.without("hairColour").usualAttributes?.count == 8)
        #expect(results(.market1501).attributes.beamProtocols.usual == nil)
        #expect(!results(.market1501).table.contains("usual"))
    }

    @Test("The table has it below the mean, the paper's figure below both, and says who was seen and what is missing")
    func text() throws {
        let subsets = PETASubset.paper.map(\.rawValue).joined(separator: " ")
        let published = PublishedFigures.of(source: "PETA (\(subsets)) in x", table: .peta, pictures: 6_700)
        let lines = results(.peta, published: published).table.components(separatedBy: "\n")
        let place = try #require(lines.firstIndex { $0.hasPrefix("mean of usual 8 ") })
        #expect(lines[place - 1].hasPrefix("  JCM's paper ") && lines[place - 1].hasSuffix(" 90.7"))
        #expect(lines[place + 1].hasPrefix("  JCM's paper ") && lines[place + 1].hasSuffix(" 91.3"))
        #expect(lines[place].count == lines[place - 2].count && lines[place - 2].hasPrefix("mean "))
        #expect(lines[place + 2] == "usual 8: " + eight.joined(separator: " "))
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines[0].hasSuffix("60 gallery pictures of people never seen in training"))
        let own = results(.peta).table.components(separatedBy: "\n")
        #expect(own.contains { $0.hasPrefix("mean of usual 8 ") } && !own.contains { $0.contains("JCM's paper") })
        #expect(own[0].hasSuffix("60 gallery pictures, 7 of them of people seen in training"))
        #expect(own.last == "Re-identification: the data have no queries, nobody is to be found again")
    }

    @Test("The JSON names the eight and has each method's figure with its interval")
    func json() throws {
        let results = results(.peta)
        let object = try JSONSerialization.jsonObject(with: results.json()) as? [String: [String: Any]]
        let usual = try #require(object?["attributes"]?["usual"] as? [String: Any])
        #expect(usual["attributes"] as? [String] == eight)
        let beam = try #require(usual["beam"] as? [String: Double])
        let value = try #require(results.attributes.beamProtocols.usual?.value)
        #expect(abs((beam["value"] ?? 0) - value) < 1e-12 && Set(beam.keys) == ["value", "low", "high"])
        #expect(object?["attributes"]?["picturesOfTrainedPeople"] as? Int == 7)
    }
}

import PersonData
import Testing

@testable import Evaluation

@Suite("Published figures")
struct PublishedFiguresTests {
    private let eight = "3DPeS CAVIAR4REID GRID i-LID PRID SARC3D TownCentre VIPeR"

    @Test("They stand beside ours where data set, pictures and attributes are the paper's")
    func matches() throws {
        let market = try #require(
            PublishedFigures.of(source: "Market-1501 in /d", table: .market1501, pictures: 13_115))
        #expect(market.mean == 0.897 && market.earlierMean == 0.885 && market.rerankedRank1 == 0.931)
        let duke = try #require(PublishedFigures.of(source: "DukeMTMC-reID in /d", table: .dukeMTMC, pictures: 17_661))
        #expect(duke.mean == 0.89 && duke.earlierMean == 0.883 && duke.rerankedRank1 == nil)
        let peta = PublishedFigures.of(source: "PETA (\(eight)) in /d, seed 1", table: .peta, pictures: 6_700)
        #expect(peta?.mean == 0.907, "\(PETASubset.paper.map(\.rawValue))")
        #expect(peta?.usualMean == 0.913 && market.usualMean == nil && duke.usualMean == nil)
        for table in [AttributeTable.market1501.reordered(seed: 3), AttributeTable.market1501.withAllValues(true)] {
            #expect(PublishedFigures.of(source: "Market-1501 in /d", table: table, pictures: 13_115)?.mean == 0.897)
        }
    }

    @Test("Small twins, other data, other subsets and fewer attributes have none")
    func mismatches() throws {
        let cases: [(String, AttributeTable, Int)] = [
            ("Market-1501 in /d", .market1501, 497), ("Market-1501-like in /d", .market1501, 13_115),
            ("CSV manifest Market-1501 in /d", .market1501, 13_115), ("DukeMTMC-reID in /d", .market1501, 17_661),
            ("Market-1501 in /d", try AttributeTable.market1501.without("hat"), 13_115),
            ("PETA (TownCentre) in /d, seed 1", .peta, 3_400), ("PETA (\(eight)) in /d, seed 1", .peta, 40),
            ("PETA, partition 1 of /d/PETA.mat, pictures in /d", .peta, 7_600),
        ]
        for (source, table, pictures) in cases {
            #expect(PublishedFigures.of(source: source, table: table, pictures: pictures) == nil, "\(source)")
        }
    }
}

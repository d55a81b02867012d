public import Foundation
public import MPI
public import Tensors

/// Re-identification figures of features that something else made.
public struct FeatureResults: Sendable {
    /// The figures.
    public let plain: RetrievalSummary

    /// Those after re-ranking, and its parameters; nil where nobody asked.
    public let reranked: (parameters: RerankingParameters, summary: RetrievalSummary)?

    /// What a random order would reach.
    public let chance: (rank1: Double, meanAveragePrecision: Double)

    /// D, and the pictures of the gallery.
    public let width: Int, galleryPictures: Int

    /// Scores `file`, spread over ranks, on every rank; collective.
    public init(
        _ file: FeatureFile, reranking: RerankingParameters?, world: Communicator, team: WorkerTeam
    ) throws {
        let table = try world.agree { try file.table(rank: world.rank, of: world.count) }
        let ranking = GalleryRanking(
            world: world, team: team, queryPersons: file.query.persons, queryCameras: file.query.cameras,
            galleryPersons: file.gallery.persons, galleryCameras: file.gallery.cameras)
        let results = try ranking.evaluate(table)
        plain = RetrievalSummary(results)
        chance = RetrievalSummary.chance(results)
        reranked = try reranking.map { parameters in
            (parameters, RetrievalSummary(try ranking.evaluate(table, reranked: parameters)))
        }
        (width, galleryPictures) = (file.width, file.gallery.persons.count)
    }

    /// The figures as a table to read.
    public var table: String {
        var lines = RetrievalTable.header(plain, gallery: galleryPictures)
        lines.append(RetrievalTable.row("features (D, \(width))", plain))
        if let reranked { lines.append(RetrievalTable.row("  re-ranked", reranked.summary)) }
        lines.append(RetrievalTable.chance(chance))
        lines.append(RetrievalTable.note)
        if let reranked { lines.append(RetrievalTable.note(reranked.parameters)) }
        return lines.joined(separator: "\n")
    }

    /// The figures as a JSON object.
    public func json() throws -> Data {
        var reid = EvaluationResults.object(plain)
        reid["chance"] = ["rank1": chance.rank1, "mAP": chance.meanAveragePrecision]
        reid["queries"] = plain.queries
        reid["queriesWithoutAnswer"] = plain.unanswerable
        reid["gallery"] = galleryPictures
        reid["width"] = width
        if let reranked {
            var object = EvaluationResults.object(reranked.summary)
            object["k1"] = reranked.parameters.k1
            object["k2"] = reranked.parameters.k2
            object["lambda"] = reranked.parameters.lambda
            reid["reranked"] = object
        }
        return try JSONSerialization.data(withJSONObject: ["reid": reid], options: [.prettyPrinted, .sortedKeys])
    }
}

internal import Kernels
internal import Layers
public import MPI
public import Model
public import PersonData
public import Tensors

/// Evaluates a model on the queries and the gallery of prepared data, each picture once, spread over ranks.
public struct Evaluator {
    private let data: PreparedFileReader
    private let reader: PictureReader
    private let model: JCM
    private let world: Communicator
    private let team: WorkerTeam

    /// An evaluator of `model` on `data`; both are the same on every rank.
    public init(
        _ model: JCM, _ data: PreparedFileReader, search: BeamSearch, world: Communicator, team: WorkerTeam
    ) {
        (self.model, self.data, self.world, self.team) = (model, data, world, team)
        reader = PictureReader(model, table: data.table, search: search)
    }

    /// All figures, on every rank, those after re-ranking too where its parameters are given; collective.
    public func run(
        reranking: RerankingParameters? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> EvaluationResults {
        let queries = data.indices(of: .query), gallery = data.indices(of: .gallery)
        let ownQueries = share(queries), ownGallery = share(gallery)
        let columnWidth = model.configuration.columns * model.configuration.columnChannels
        let tables = [columnWidth, model.configuration.identityWidth, PixelFeature.width].map {
            FeatureTable(width: $0, queries: ownQueries.count, gallery: ownGallery.count)
        }
        let identities = Set(gallery.map { data.personIDs[$0] }).filter { $0 > 0 }.sorted()
        var scores = GalleryScores(data.table, identities: identities)
        // Attributes are scored on gallery pictures of known people: the official test set.
        let total = ownQueries.count + ownGallery.count
        fill(tables, \.queries, ownQueries, scores: nil, done: 0, of: total, progress)
        withUnsafeMutablePointer(to: &scores) {
            fill(tables, \.gallery, ownGallery, scores: $0, done: ownQueries.count, of: total, progress)
        }
        try scores.sum(over: world)
        let ranking = GalleryRanking(
            world: world, team: team, queryPersons: queries.map { data.personIDs[$0] },
            queryCameras: queries.map { data.cameraIDs[$0] }, galleryPersons: gallery.map { data.personIDs[$0] },
            galleryCameras: gallery.map { data.cameraIDs[$0] })
        let results = try tables.map { try ranking.evaluate($0) }
        let reranked = try (queries.isEmpty ? nil : reranking).map { parameters in
            RerankedResults(
                parameters: parameters,
                columns: RetrievalSummary(try ranking.evaluate(tables[0], reranked: parameters)),
                identity: RetrievalSummary(try ranking.evaluate(tables[1], reranked: parameters)))
        }
        let known = gallery.filter { data.personIDs[$0] > 0 }
        var evaluation = EvaluationResults(
            attributes: scores.results(pictures: known.count),
            columns: RetrievalSummary(results[0]), identity: RetrievalSummary(results[1]),
            pixels: RetrievalSummary(results[2]), reranked: reranked,
            chance: RetrievalSummary.chance(results[0]),
            details: EvaluationDetails(
                queryPersons: queries.map { data.personIDs[$0] }, columns: results[0], identity: results[1],
                identities: identities, attributes: data.table.attributes.map(\.name), right: scores.answers.right,
                known: scores.answers.known),
            galleryPictures: gallery.count,
            published: PublishedFigures.of(source: data.provenance.source, table: data.table, pictures: known.count))
        evaluation.trainedPictures = known.count { data.classOfPerson[data.personIDs[$0]] != nil }
        return evaluation
    }

    private func share(_ indices: [Int]) -> [Int] {
        Array(indices[FeatureTable.share(indices.count, rank: world.rank, of: world.count)])
    }

    private func fill(
        _ tables: [FeatureTable], _ part: (FeatureTable) -> Tensor, _ indices: [Int],
        scores: UnsafeMutablePointer<GalleryScores>?, done: Int, of total: Int, _ progress: (Int, Int) -> Void
    ) {
        let batch = model.context.microBatch
        let size = data.height * data.width * 3
        let scratch = Scratch()
        for first in stride(from: 0, to: indices.count, by: batch) {
            let chunk = Array(indices[first..<min(first + batch, indices.count)])
            scratch.with(Shape(chunk.count, data.height, data.width, 3), Shape(chunk.count, PixelFeature.width)) {
                pictures, pixels in
                team.ranges(chunk.count) { range in
                    for n in range {
                        data.normalise(chunk[n], flipped: false, into: pictures.pointer + n * size)
                        let row = pixels.slice(n..<n + 1)
                        PixelFeature.compute(data, chunk[n], into: row)
                    }
                }
                let columns = reader.columns(pictures)
                FeatureTable.store(columns, into: part(tables[0]), from: first)
                FeatureTable.store(reader.identityFeature(columns), into: part(tables[1]), from: first)
                FeatureTable.store(pixels, into: part(tables[2]), from: first)
                if let scores, chunk.contains(where: { data.personIDs[$0] > 0 }) {
                    for (index, reading) in zip(chunk, reader.read(columns)) where data.personIDs[index] > 0 {
                        scores.pointee.add(
                            data.personIDs[index], data.labels(of: index),
                            [("beam", reading.beam), ("ctc", reading.ctc), ("steps", reading.steps)])
                    }
                }
            }
            progress(done + first + chunk.count, total)
        }
    }
}

/// What the gallery's pictures of known people are scored in.
private struct GalleryScores {
    private static let methods = ["beam", "ctc", "steps"]
    private var scores: AttributeScores
    private var tallies: IdentityTallies

    init(_ table: AttributeTable, identities: [Int]) {
        scores = AttributeScores(table)
        tallies = IdentityTallies(table, identities: identities, methods: Self.methods)
    }

    mutating func add(
        _ person: Int, _ labels: PersonLabels, _ readings: [(method: String, readings: [AttributeReading])]
    ) {
        scores.add(labels, readings)
        tallies.add(person, labels, readings)
    }

    mutating func sum(over world: Communicator) throws {
        try scores.sum(over: world, methods: Self.methods)
        try tallies.sum(over: world, methods: Self.methods)
    }

    /// The beam's, of each identity and attribute.
    var answers: (right: [[Int]], known: [[Int]]) { tallies.answers("beam") }

    func results(pictures: Int) -> AttributeResults {
        AttributeResults(
            scores, beam: tallies.protocols("beam"), ctc: tallies.protocols("ctc"),
            steps: tallies.protocols("steps"), pictures: pictures)
    }
}

internal import Glibc
internal import Kernels
internal import Layers
public import MPI
public import Model
public import PersonData
public import Tensors

/// What a model makes of the queries and the gallery of prepared data, kept picture by picture: what is drawn.
///
/// One process does it all; the figures are those of `Evaluator`.
public final class PictureSurvey {
    /// What pictures are compared by.
    public enum Feature: Sendable {
        /// The flattened columns, FC0's output, and the baseline of 16×8 pixels.
        case columns, fc0, pixels
    }

    private let model: JCM
    private let data: PreparedFileReader
    private let reader: PictureReader
    private let team: WorkerTeam
    private let queries: [Int], gallery: [Int]

    /// A survey of `data` by `model`.
    public init(_ model: JCM, _ data: PreparedFileReader, search: BeamSearch, team: WorkerTeam) {
        (self.model, self.data, self.team) = (model, data, team)
        reader = PictureReader(model, table: data.table, search: search)
        (queries, gallery) = (data.indices(of: .query), data.indices(of: .gallery))
    }

    /// What was said of each attribute of the gallery's known people by beam search, and by CTC.
    public func confusion(
        progress: (Int, Int) -> Void = { _, _ in }
    ) -> (beam: [ConfusionMatrix], ctc: [ConfusionMatrix]) {
        let table = data.table
        var beam = table.attributes.indices.map { ConfusionMatrix(table, attribute: $0) }
        var ctc = beam
        let known = gallery.filter { data.personIDs[$0] > 0 }
        forEachBatch(known) { chunk, columns, done in
            for (picture, reading) in zip(chunk, reader.read(columns)) {
                let labels = data.labels(of: picture)
                for attribute in beam.indices {
                    beam[attribute].add(labels, said: reading.beam, table)
                    ctc[attribute].add(labels, said: reading.ctc, table)
                }
            }
            progress(done, known.count)
        }
        return (beam, ctc)
    }

    /// The gallery ranked for the pictures `asked`, which are queries, by each of `features`: [feature][query].
    ///
    /// Throws where the features take more memory than the machine has.
    public func rank(
        _ asked: [Int], by features: [Feature], progress: (Int, Int) -> Void = { _, _ in }
    ) throws(SurveyError) -> [[RankedGallery]] {
        try tables(asked, features, progress).map { rank(asked, $0) }
    }

    /// Features of the pictures `asked` and of the gallery.
    private func tables(
        _ asked: [Int], _ features: [Feature], _ progress: (Int, Int) -> Void
    ) throws(SurveyError) -> [FeatureTable] {
        let widths = features.map(width)
        let needed = widths.reduce(0, +) * (asked.count + gallery.count) * MemoryLayout<Float>.stride
        let present = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        guard needed <= present else { throw SurveyError(needed: needed, present: present) }
        let tables = widths.map { FeatureTable(width: $0, queries: asked.count, gallery: gallery.count) }
        let total = asked.count + gallery.count
        fill(zip(features, tables.map(\.queries)), asked) { progress($0, total) }
        fill(zip(features, tables.map(\.gallery)), gallery) { progress(asked.count + $0, total) }
        return tables
    }

    /// What all queries find by each of `features`, plainly and, where parameters are given and the feature is no baseline,
    /// after k-reciprocal re-ranking: the figures of `Evaluator`.
    ///
    /// `alone` is a communicator of this process. Throws where the features take more memory than the machine has.
    public func retrieve(
        by features: [Feature], reranking: RerankingParameters?, alone: Communicator,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> [(plain: [RetrievalMetrics.QueryResult], reranked: [RetrievalMetrics.QueryResult]?)] {
        precondition(alone.count == 1, "\(alone.count) ranks, expected is one")
        let ranking = GalleryRanking(
            world: alone, team: team, queryPersons: queries.map { data.personIDs[$0] },
            queryCameras: queries.map { data.cameraIDs[$0] }, galleryPersons: gallery.map { data.personIDs[$0] },
            galleryCameras: gallery.map { data.cameraIDs[$0] })
        return try zip(features, tables(queries, features, progress)).map { feature, table in
            let parameters = feature == .pixels ? nil : reranking
            return (try ranking.evaluate(table), try parameters.map { try ranking.evaluate(table, reranked: $0) })
        }
    }

    /// The ranks of queries whose features are those of `table`.
    private func rank(_ asked: [Int], _ table: FeatureTable) -> [RankedGallery] {
        let (block, scratch) = (64, Scratch())
        var ranked: [RankedGallery] = []
        for first in stride(from: 0, to: asked.count, by: block) {
            let count = min(block, asked.count - first)
            scratch.with(Shape(count, gallery.count)) { distances in
                // Features have length 1: ‖q − g‖² = 2 − 2·q·g.
                multiply(
                    Matrix(table.queries.slice(first..<first + count)), Matrix(table.gallery).transposed,
                    into: Matrix(distances), scale: -2, team: team)
                for row in 0..<count {
                    ranked.append(
                        RankedGallery(
                            query: asked[first + row], distances: distances.slice(row..<row + 1).array,
                            gallery: gallery, persons: data.personIDs, cameras: data.cameraIDs))
                }
            }
        }
        return ranked
    }

    private func width(of feature: Feature) -> Int {
        switch feature {
        case .columns: model.configuration.columns * model.configuration.columnChannels
        case .fc0: model.configuration.identityWidth
        case .pixels: PixelFeature.width
        }
    }

    private func fill(
        _ targets: some Sequence<(Feature, Tensor)>, _ pictures: [Int], done report: (Int) -> Void
    ) {
        let scratch = Scratch()
        forEachBatch(pictures) { chunk, columns, done in
            for (feature, table) in targets {
                let first = done - chunk.count
                switch feature {
                case .columns: FeatureTable.store(columns, into: table, from: first)
                case .fc0: FeatureTable.store(reader.identityFeature(columns), into: table, from: first)
                case .pixels:
                    scratch.with(Shape(chunk.count, PixelFeature.width)) { pixels in
                        for (n, picture) in chunk.enumerated() {
                            PixelFeature.compute(data, picture, into: pixels.slice(n..<n + 1))
                        }
                        FeatureTable.store(pixels, into: table, from: first)
                    }
                }
            }
            report(done)
        }
    }

    /// Column features of `pictures` in batches: their numbers, their features, and how many are done with them.
    private func forEachBatch(_ pictures: [Int], _ body: ([Int], Tensor, Int) -> Void) {
        let (batch, size, scratch) = (model.context.microBatch, data.height * data.width * 3, Scratch())
        for first in stride(from: 0, to: pictures.count, by: batch) {
            let chunk = Array(pictures[first..<min(first + batch, pictures.count)])
            scratch.with(Shape(chunk.count, data.height, data.width, 3)) { input in
                team.ranges(chunk.count) { range in
                    for n in range { data.normalise(chunk[n], flipped: false, into: input.pointer + n * size) }
                }
                body(chunk, reader.columns(input), first + chunk.count)
            }
        }
    }
}

/// Features that do not fit into memory.
public struct SurveyError: Error, CustomStringConvertible, Sendable {
    let needed: Int, present: Int

    /// The whole line.
    public var description: String {
        "the features take \(needed >> 20) MB, this machine has \(present >> 20) MB; choose a narrower one (--feature fc0)"
    }
}

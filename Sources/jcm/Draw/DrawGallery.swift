internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import Images
internal import PersonData
internal import Reports
internal import Training

/// `jcm draw gallery`: queries with the gallery's nearest pictures.
struct DrawGallery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "Draws queries with their nearest gallery pictures, framed right or wrong.")

    @OptionGroup var options: SurveyOptions

    @Option(help: "The feature that ranks (default: the recipe's).")
    var feature: FeatureName?

    @Option(help: ArgumentHelp("Queries, spread evenly over all that have an answer.", valueName: "count"))
    var queries = 6

    @Option(
        name: .customLong("query"), parsing: .singleValue,
        help: "The name of a query, as 0001_c1s1_001051_00.jpg, in place of these; may be given several times.")
    var names: [String] = []

    @Option(help: ArgumentHelp("Gallery pictures of each query, junk left out.", valueName: "count"))
    var top = 10

    func validate() throws {
        if !(1...100).contains(queries) { throw ValidationError("--queries \(queries): 1 to 100 are possible") }
        if !(1...50).contains(top) { throw ValidationError("--top \(top): 1 to 50 are possible") }
        if names.count > 100 { throw ValidationError("--query: at most 100 can be drawn") }
    }

    func run() throws {
        try options.run { survey, data, description in
            let feature = feature ?? description.recipe.evaluation.leadingFeature
            let progress = ProgressLine("ranking", unit: "pictures")
            let ranked = try survey.rank(chosen(data), by: [feature.feature]) { progress.show($0, of: $1) }[0]
            progress.end()
            return try GalleryFigure(
                title: "Ranked galleries",
                subtitle: "the \(top) nearest of \(data.indices(of: .gallery).count) gallery pictures by "
                    + "\(feature.title); the same person under the same camera is left out",
                lines: ranked.map { line($0, data) }
            ).drawing()
        }
    }

    /// The queries that are drawn.
    private func chosen(_ data: PreparedFileReader) throws(TrainingError) -> [Int] {
        let all = data.indices(of: .query)
        var byName: [Int] = []
        for name in names {
            let found = all.filter { data.names[$0] == name || data.names[$0].hasSuffix("/" + name) }
            guard found.count == 1 else {
                let example = (data.names[all[0]] as NSString).lastPathComponent
                throw TrainingError(
                    "--query \(name): \(found.isEmpty ? "is none" : "are \(found.count)") of the \(all.count) queries of "
                        + "\(data.path); name one, such as \(example)")
            }
            byName += found
        }
        if !byName.isEmpty { return byName }
        let answerable = all.filter { query in
            data.indices(of: .gallery).contains {
                RetrievalMetrics.isGood(
                    queryPerson: data.personIDs[query], queryCamera: data.cameraIDs[query],
                    galleryPerson: data.personIDs[$0], galleryCamera: data.cameraIDs[$0]) == true
            }
        }
        let source = answerable.isEmpty ? all : answerable
        let count = min(queries, source.count)
        return (0..<count).map { source[$0 * source.count / count] }
    }

    private func line(_ ranked: RankedGallery, _ data: PreparedFileReader) -> GalleryFigure.Line {
        let name = (data.names[ranked.query] as NSString).lastPathComponent
        let first = ranked.result.firstGood.map { "first right picture at rank \($0 + 1)" } ?? "no right picture"
        let precision = String(format: "AP %.1f %%", 100 * ranked.result.trapezoidPrecision)
        return GalleryFigure.Line(
            query: item(ranked.query, isRight: true, data),
            ranked: ranked.entries.prefix(top).map { item($0.picture, isRight: $0.isRight, data) },
            note: "\(name): \(first) of \(ranked.result.rankedCount), \(ranked.result.goodCount) right in all, "
                + precision)
    }

    private func item(_ picture: Int, isRight: Bool, _ data: PreparedFileReader) -> GalleryFigure.Item {
        let (person, camera) = (data.personIDs[picture], data.cameraIDs[picture])
        let name = person == 0 ? "distractor" : data.identityNames[person] ?? String(person)
        let pixels = Picture(height: data.height, width: data.width, pixels: Array(data.pixels(of: picture)))
        return GalleryFigure.Item(pixels, caption: name + (camera > 0 ? " c\(camera)" : ""), isRight: isRight)
    }
}

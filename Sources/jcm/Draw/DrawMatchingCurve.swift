internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import PersonData
internal import Reports

/// `jcm draw cmc`: cumulative matching characteristics.
struct DrawMatchingCurve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cmc", abstract: "Draws CMC curves: queries with a right picture among the first k, against k.")

    @OptionGroup var options: SurveyOptions

    @Option(
        name: .customLong("feature"), parsing: .singleValue,
        help: "A feature; may be given several times (default: all).")
    var features: [FeatureName] = []

    @Option(help: ArgumentHelp("The last rank that is drawn.", valueName: "rank"))
    var ranks = 50

    func validate() throws {
        if !(2...1000).contains(ranks) { throw ValidationError("--ranks \(ranks): 2 to 1000 are possible") }
    }

    func run() throws {
        try options.run { survey, data, description in
            let leading = description.recipe.evaluation.leadingFeature
            let all = [leading] + FeatureName.allCases.filter { $0 != leading }
            let chosen = features.isEmpty ? all : all.filter(features.contains)
            let progress = ProgressLine("ranking", unit: "pictures")
            let ranked = try survey.rank(data.indices(of: .query), by: chosen.map(\.feature)) {
                progress.show($0, of: $1)
            }
            progress.end()
            let results = ranked.map { $0.map(\.result) }
            let summaries = results.map { RetrievalSummary($0) }
            return MatchingCurveFigure(
                title: "Cumulative matching characteristic",
                subtitle: "\(summaries[0].queries) queries in \(data.indices(of: .gallery).count) gallery pictures, "
                    + "single query",
                curves: zip(chosen, zip(results, summaries)).map { feature, found in
                    MatchingCurveFigure.Curve(
                        title: feature.title, shares: RetrievalSummary.matchingCurve(found.0, ranks: ranks),
                        meanAveragePrecision: found.1.meanAveragePrecision)
                }
            ).drawing
        }
    }
}

internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import MPI
internal import PersonData
internal import Reports
internal import Studies
internal import Training

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

    @Flag(
        inversion: .prefixedNo,
        help: "Draw the curves after k-reciprocal re-ranking, too (default: where 'evaluate' re-ranks).")
    var rerank: Bool?

    func validate() throws {
        if !(2...1000).contains(ranks) { throw ValidationError("--ranks \(ranks): 2 to 1000 are possible") }
    }

    func run() throws {
        MPIRuntime.run { world in
            let alone = try world.split(color: world.rank)
            try world.agree {
                try options.run { survey, data, description in try figure(survey, data, description, alone).drawing }
            }
        }
    }

    private func figure(
        _ survey: PictureSurvey, _ data: PreparedFileReader, _ description: RunCheckpoint.Description,
        _ alone: Communicator
    ) throws -> MatchingCurveFigure {
        let evaluation = description.recipe.evaluation
        let leading = evaluation.leadingFeature
        let all = [leading] + FeatureName.allCases.filter { $0 != leading }
        let chosen = features.isEmpty ? all : all.filter(features.contains)
        let isReranked = rerank ?? evaluation.reranks(data.provenance.source)
        let progress = ProgressLine("ranking", unit: "pictures")
        let found = try survey.retrieve(
            by: chosen.map(\.feature), reranking: isReranked ? evaluation.reranking : nil, alone: alone
        ) { progress.show($0, of: $1) }
        progress.end()
        let gallery = data.indices(of: .gallery).count
        let parameters = evaluation.reranking
        let note = "k1 \(parameters.k1), k2 \(parameters.k2), λ \(parameters.lambda)"
        return MatchingCurveFigure(
            title: "Cumulative matching characteristic",
            subtitle: "\(RetrievalSummary(found[0].plain).queries) queries in \(gallery) gallery pictures, single query"
                + (found.contains { $0.reranked != nil } ? "; rings: after k-reciprocal re-ranking (\(note))" : ""),
            curves: zip(chosen, found).flatMap { feature, found in
                [curve(feature.title, found.plain)]
                    + [found.reranked].compactMap { $0 }.map { curve("re-ranked", $0, isReranked: true) }
            })
    }

    private func curve(
        _ title: String, _ results: [RetrievalMetrics.QueryResult], isReranked: Bool = false
    ) -> MatchingCurveFigure.Curve {
        MatchingCurveFigure.Curve(
            title: title, shares: RetrievalSummary.matchingCurve(results, ranks: ranks),
            meanAveragePrecision: RetrievalSummary(results).meanAveragePrecision, isReranked: isReranked)
    }
}

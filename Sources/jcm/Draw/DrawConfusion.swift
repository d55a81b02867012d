internal import ArgumentParser
internal import Evaluation
internal import Foundation
internal import PersonData
internal import Reports

/// `jcm draw confusion`: what was said of each attribute, by what is true.
struct DrawConfusion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confusion", abstract: "Draws a confusion matrix an attribute, over the gallery's known people.")

    @OptionGroup var options: SurveyOptions

    @Flag(help: "Draw what the CTC head says, and not beam search.")
    var ctc = false

    func run() throws {
        try options.run(ranks: false) { survey, data, _ in
            let progress = ProgressLine("reading", unit: "pictures")
            let both = survey.confusion { progress.show($0, of: $1) }
            progress.end()
            let pictures = data.indices(of: .gallery).count { data.personIDs[$0] > 0 }
            return ConfusionFigure(
                title: "Confusion by attribute",
                subtitle: "\(pictures) gallery pictures, \(ctc ? "CTC" : "beam search"); rows are true, columns said; "
                    + "tint: share of the row; right of a row: its pictures; 'none' always counts as wrong",
                matrices: (ctc ? both.ctc : both.beam).map {
                    let used = $0.usedAnswers
                    return ConfusionFigure.Matrix(
                        title: $0.name, answers: Array($0.titles.prefix(used)),
                        counts: $0.counts.prefix(used).map { Array($0.prefix(used)) }, accuracy: $0.accuracy)
                }
            ).drawing
        }
    }
}

internal import Evaluation
internal import Foundation
internal import MPI
internal import PersonData
internal import Tensors
internal import Training

/// What `jcm evaluate` does with a classifier, the model of pre-training: top-1 and top-5.
struct ClassifierEvaluation {
    let description: RunCheckpoint.Description
    let world: Communicator
    let team: WorkerTeam

    /// Evaluates and writes the figures to `output`; collective.
    func run(_ recipe: Recipe, output: String) throws {
        let (model, prepared) = try world.agree {
            let prepared = try ModelFactory.open(recipe)
            try check(prepared)
            let model = try ModelFactory.buildClassifier(
                description.recipe, description.dimensions, microBatch: recipe.evaluation.batch, team: team)
            return (model, prepared)
        }
        try RunCheckpoint.loadWeights(description.path, into: model, over: world)
        let progress = ProgressLine("evaluating", unit: "pictures of this rank")
        let results = try ClassifierEvaluator(model, prepared, world: world, team: team).run {
            progress.show($0, of: $1)
        }
        progress.end()
        try world.agree {
            guard world.rank == 0 else { return }
            print(results.table)
            do {
                try results.json(facts: ["checkpoint": description.path, "data": prepared.path])
                    .write(to: URL(fileURLWithPath: output), options: .atomic)
            } catch {
                throw TrainingError(
                    "\(output): the results cannot be written; name another file with --output", exitCode: 1)
            }
            print("figures: \(output)")
        }
    }

    /// Throws where there is nothing to classify, or not by this model's classes.
    private func check(_ prepared: PreparedFileReader) throws {
        guard prepared.trainIdentityCount == description.dimensions.identities else {
            throw TrainingError(
                "\(prepared.path): has \(prepared.trainIdentityCount) classes in training, the model "
                    + "\(description.dimensions.identities); name the prepared file it was trained on")
        }
        let gallery = prepared.indices(of: .gallery)
        guard gallery.contains(where: { prepared.classOfPerson[prepared.personIDs[$0]] != nil }) else {
            throw TrainingError(
                "\(prepared.path): none of its \(gallery.count) gallery pictures is of a class that the model was trained "
                    + "on; prepare data with validation pictures")
        }
    }
}

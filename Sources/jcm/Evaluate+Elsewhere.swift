internal import Evaluation
internal import Foundation
internal import MPI
internal import PersonData
internal import Tensors
internal import Training

/// What something else made, scored by our protocols: so that anyone can check us against their own code.
extension Evaluate {
    /// Re-identification of a file's features.
    func evaluate(features path: String, _ world: Communicator, _ team: WorkerTeam) throws {
        let (file, settings) = try world.agree {
            let settings = try RecipeReader.read(Recipe(), changes: changes, section: "evaluation").evaluation
            return (try FeatureFile(path), settings)
        }
        let isReranked = rerank || settings.rerank == .on
        let results = try FeatureResults(
            file, reranking: isReranked ? settings.reranking : nil, world: world, team: team)
        try world.agree {
            guard world.rank == 0 else { return }
            print(results.table)
            if let output { try save(try results.json(), to: output) }
        }
    }

    /// Attributes of a file's predictions.
    func evaluate(predictions path: String, of data: String, _ world: Communicator) throws {
        let (prepared, file) = try world.agree {
            let prepared = try PreparedFileReader(data)
            return (prepared, try PredictionFile(path, for: prepared))
        }
        let results = try PredictionResults(file, prepared, world: world)
        try world.agree {
            guard world.rank == 0 else { return }
            print(results.table)
            if let output { try save(try results.json(), to: output) }
        }
    }
}

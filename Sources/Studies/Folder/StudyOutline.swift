internal import Foundation

/// What a study's folder says of the study: all that its status and its table need, without its recipes.
public struct StudyOutline: Codable, Equatable, Sendable {
    /// An arm, and where its figures are.
    public struct Arm: Codable, Equatable, Sendable {
        /// Its name.
        public let name: String

        /// The paper's change to the reference, in points.
        public let paper: Double?

        /// Its trainings, one a seed, as places in `jobs`.
        public let trainings: [Int]

        /// What tells its kind of evaluation from others, in the names of files.
        let evaluation: String
    }

    /// A training.
    public struct Job: Codable, Equatable, Sendable {
        /// The name of its folder.
        public let name: String

        /// How long it is, and how many pictures a step has.
        let epochs: Double, globalBatch: Int
    }

    /// What the study asks, in a line, and the file that it comes from.
    public let about: String, path: String

    /// What is compared.
    let measure: StudyRecipe.Measure

    /// The seeds, ranks that train an arm, the arms with the reference first, and the trainings.
    public let seeds: [Int], ranksPerArm: Int, arms: [Arm], jobs: [Job]
}

extension Study {
    /// The study without its recipes.
    public var outline: StudyOutline {
        StudyOutline(
            about: recipe.about, path: recipe.path, measure: recipe.measure, seeds: recipe.seeds,
            ranksPerArm: recipe.ranksPerArm,
            arms: arms.map {
                .init(name: $0.name, paper: $0.paper, trainings: $0.trainings, evaluation: $0.evaluation.folderName)
            },
            jobs: jobs.map {
                .init(name: $0.name, epochs: $0.recipe.training.epochs, globalBatch: $0.recipe.training.globalBatch)
            })
    }
}

extension StudyFolder {
    /// The study that the folder holds.
    public func outline() throws(StudyError) -> StudyOutline {
        guard let data = FileManager.default.contents(atPath: outlinePath) else {
            throw StudyError(
                "\(path): is no study's folder: it has no study.json; 'jcm study RECIPE --folder' makes one")
        }
        do { return try JSONDecoder().decode(StudyOutline.self, from: data) } catch {
            throw StudyError("\(outlinePath): is damaged; run the study again, and it is written anew")
        }
    }
}

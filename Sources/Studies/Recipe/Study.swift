public import Training

/// A study with its arms spelled out: every training, and what of it is compared.
public struct Study: Sendable {
    /// What stands in the table.
    public struct Arm: Sendable {
        /// Unique in the study.
        public let name: String

        /// The paper's change to the reference, in points.
        public let paper: Double?

        /// Its trainings, one a seed, as places in `trainings`.
        public let trainings: [Int]

        /// How its trainings are evaluated.
        public let evaluation: EvaluationSettings
    }

    /// One training: arms that differ in their evaluation alone share it.
    public struct Job: Sendable {
        /// The name of its folder.
        public let name: String

        /// What is trained.
        public let recipe: Recipe
    }

    /// What was asked.
    public let recipe: StudyRecipe

    /// The arms, the reference first.
    public let arms: [Arm]

    /// The trainings, in the order of the arms.
    public let jobs: [Job]

    /// The arm that the others are compared with.
    public var reference: Arm { arms[0] }

    /// Spells out a recipe; `attributes` names the attributes of a prepared file where an arm is made of each of them.
    public init(_ study: StudyRecipe, attributes: (_ prepared: String) throws -> [String]) throws {
        recipe = study
        let base = try RecipeReader.read(study.base, changes: study.changes)
        var entries = try ArmList.expand(study, base: base, attributes: attributes)
        guard let first = entries.firstIndex(where: { $0.name == study.reference }) else {
            let names = entries.prefix(8).map(\.name).joined(separator: ", ")
            throw StudyError("\(study.path): reference: no arm is called '\(study.reference)'; there are \(names)")
        }
        entries.insert(entries.remove(at: first), at: 0)
        var (arms, jobs): ([Arm], [Job]) = ([], [])
        var places: [String: Int] = [:]
        for entry in entries {
            let changed: Recipe
            do { changed = try RecipeReader.read(study.base, changes: study.changes + entry.changes) } catch {
                throw StudyError("\(study.path): arm '\(entry.name)': \(error)")
            }
            var trainings: [Int] = []
            for seed in study.seeds {
                var training = changed
                training.training.seed = seed
                let key = training.trained.yaml
                if places[key] == nil {
                    places[key] = jobs.count
                    jobs.append(Job(name: ArmList.folderName(entry.name) + "-seed\(seed)", recipe: training))
                }
                trainings.append(places[key] ?? 0)
            }
            arms.append(
                Arm(name: entry.name, paper: entry.paper, trainings: trainings, evaluation: changed.evaluation))
        }
        (self.arms, self.jobs) = (arms, jobs)
        let doubled = Dictionary(grouping: jobs, by: \.name).first { $0.value.count > 1 }
        if let doubled {
            throw StudyError("\(study.path): two arms have the folder '\(doubled.key)'; give them other names")
        }
    }
}

extension Recipe {
    /// What decides the trained bits: all but evaluation, checkpoints and logging.
    var trained: Recipe {
        var recipe = self
        let plain = Recipe()
        (recipe.evaluation, recipe.checkpoint, recipe.logEverySteps) = (
            plain.evaluation, plain.checkpoint, plain.logEverySteps
        )
        return recipe
    }

    /// Whether both train the same bits.
    func trainsAs(_ other: Recipe) -> Bool { trained == other.trained }
}

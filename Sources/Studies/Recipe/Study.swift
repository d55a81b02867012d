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

        /// What is trained; `training.initial` is "warm-start" where it begins from the study's.
        public let recipe: Recipe

        /// The place in `jobs` of the training whose last checkpoint it begins from.
        public let beginsFrom: Int?
    }

    /// The name of the training that others begin from.
    static let warmStart = "warm-start"

    /// What was asked.
    public let recipe: StudyRecipe

    /// The arms, the reference first.
    public let arms: [Arm]

    /// The trainings, in the order of the arms; before them the one that they begin from, if any.
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
        if let changes = study.warmStart { jobs.append(try Self.warmStart(study, changes)) }
        for entry in entries {
            let changed: Recipe
            do { changed = try RecipeReader.read(study.base, changes: study.changes + entry.changes) } catch {
                throw StudyError("\(study.path): arm '\(entry.name)': \(error)")
            }
            guard study.warmStart == nil || !entry.changes.contains(where: { $0.hasPrefix("training.initial=") }) else {
                throw StudyError(
                    "\(study.path): arm '\(entry.name)': training.initial does not go with warm_start, which all arms begin from"
                )
            }
            var trainings: [Int] = []
            for seed in study.seeds {
                var training = changed
                training.training.seed = seed
                if study.warmStart != nil { training.training.initial = Self.warmStart }
                let key = training.trained.yaml
                if places[key] == nil {
                    places[key] = jobs.count
                    jobs.append(
                        Job(
                            name: ArmList.folderName(entry.name) + "-seed\(seed)", recipe: training,
                            beginsFrom: study.warmStart == nil ? nil : 0))
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

extension Study {
    /// The training that the others begin from: with the first seed, once for all.
    private static func warmStart(_ study: StudyRecipe, _ changes: [String]) throws -> Job {
        do {
            var recipe = try RecipeReader.read(study.base, changes: study.changes + changes)
            recipe.training.seed = study.seeds[0]
            return Job(name: warmStart, recipe: recipe, beginsFrom: nil)
        } catch {
            throw StudyError("\(study.path): warm_start: \(error)")
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

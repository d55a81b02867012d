internal import ArgumentParser
internal import PersonData
internal import Studies
internal import Training

/// A study's recipe, and changes to all of its arms.
struct StudyOptions: ParsableArguments {
    @Argument(help: "A study (YAML), such as recipes/studies/attributes.yaml.")
    var recipe: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("Changes a setting of all arms; may be given several times.", valueName: "key=value"))
    var changes: [String] = []

    @Option(help: ArgumentHelp("Seeds instead of the recipe's, such as 1,2,3.", valueName: "list"))
    var seeds: String?

    @Option(help: ArgumentHelp("Ranks that train an arm, instead of the recipe's.", valueName: "count"))
    var ranksPerArm: Int?

    /// The study with its arms spelled out.
    func resolve() throws -> Study {
        var study = try StudyReader.read(recipe)
        study.changes += changes
        if let seeds {
            let numbers = seeds.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.allSatisfy({ ($0 ?? -1) >= 0 }), Set(numbers).count == numbers.count else {
                throw ValidationError("--seeds \(seeds): expected are different whole numbers, such as 1,2,3")
            }
            study.seeds = numbers.compactMap { $0 }
        }
        if let ranksPerArm {
            guard ranksPerArm > 0 else {
                throw ValidationError("--ranks-per-arm \(ranksPerArm): expected is 1 or more")
            }
            study.ranksPerArm = ranksPerArm
        }
        return try Study(study) { prepared in
            guard !prepared.isEmpty else {
                throw TrainingError("data.prepared: no prepared file is named; name one by --set data.prepared=FILE")
            }
            return try PreparedFileReader(prepared).storedTable.attributes.map(\.name)
        }
    }
}

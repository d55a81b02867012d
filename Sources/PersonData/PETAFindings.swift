/// What is counted and what is odd in PETA's folders.
struct PETAFindings {
    /// Files that are no pictures.
    var skipped: [String] = []

    /// Test persons of one picture.
    var singles = 0

    private var discarded: [String: Int] = [:]
    private var repeated: [String] = []
    private var withoutPicture: [String] = []

    /// Takes in a subset's label file; `pictured` are the identities that have pictures.
    mutating func add(_ file: PETALabelFile, _ subset: PETASubset, pictured: Set<String>) {
        discarded.merge(file.discarded, uniquingKeysWith: +)
        repeated += file.repeated.sorted().map { "\(subset.rawValue) \($0)" }
        withoutPicture += file.labels.keys.filter { !pictured.contains($0) }.sorted().map { "\(subset.rawValue) \($0)" }
    }

    /// The numbers of pictures, and of persons where they are published.
    func tallies(_ persons: [PETAPerson]) -> [Tally] {
        let groups = Dictionary(grouping: persons, by: \.subset)
        var tallies: [Tally] = []
        for subset in PETASubset.allCases {
            guard let list = groups[subset] else { continue }
            let pictures = list.reduce(0) { $0 + $1.files.count }
            tallies.append(Tally("\(subset.rawValue) pictures", pictures, published: subset.pictures))
            tallies.append(
                Tally("\(subset.rawValue) persons", list.count, published: subset == .townCentre ? 231 : nil))
        }
        let isWhole = groups.count == PETASubset.allCases.count
        return tallies + [Tally("all persons", persons.count, published: isWhole ? 8_705 : nil)]
    }

    /// The oddities, a line each, and what is done about them.
    func notes(_ persons: [PETAPerson], seed: UInt64) -> [String] {
        var notes = [
            "split: a random half of each subset's persons trains, drawn with seed \(seed); PETA has no cameras, so that one random "
                + "picture of each test person with two or more is the query"
        ]
        func note(_ count: Int, _ text: String) { if count > 0 { notes.append("\(count) \(text)") } }
        note(singles, "test persons have one picture only; it is in the gallery, and nobody asks for it")
        if !discarded.isEmpty {
            let words = discarded.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }
            note(discarded.values.reduce(0, +), "labels outside the 105 are discarded: \(words.shortList)")
        }
        note(repeated.count, "persons have several lines in Label.txt (\(repeated.shortList)); the last counts")
        let bare = persons.filter { $0.labels == nil }.map { "\($0.subset.rawValue) \($0.identity)" }
        note(bare.count, "persons have no line in Label.txt (\(bare.shortList)); \(Treatment.unknown)")
        note(withoutPicture.count, "lines of Label.txt have no picture (\(withoutPicture.shortList)); not used")
        note(skipped.count, "files of other names skipped: \(skipped.shortList)")
        for (index, attribute) in AttributeTable.peta.attributes.enumerated() {
            let range = AttributeTable.peta.values(of: index)
            let states = persons.compactMap { $0.labels?.states[range] }
            let (none, several) = (
                states.count { !$0.contains(PersonLabels.yes) },
                states.count { $0.count { $0 == PersonLabels.yes } > 1 }
            )
            let isSingle = if case .named = attribute.kind { true } else { false }
            let treatment = isSingle ? Treatment.unknown : Treatment.none
            if none > 0 { notes.append("\(attribute.name): \(none) persons without a value; \(treatment)") }
            if several > 0 {
                notes.append("\(attribute.name): \(several) persons with several values; \(Treatment.several)")
            }
        }
        return notes
    }
}

extension PersonCatalogue {
    /// Pictures and persons of each split, and cameras, without published numbers.
    func splitTallies() -> [Tally] {
        DataSplit.allCases.flatMap { split in
            let counts = counts(split)
            return [Tally("\(split) pictures", counts.pictures), Tally("\(split) persons", counts.persons)]
        } + [Tally("cameras", Set(entries.map(\.cameraID)).subtracting([0]).count)]
    }

    /// What is to be known about the labels, one line each, with counts.
    func labelNotes() -> [String] {
        var lines: [String] = []
        let roles = [0: "distractors (identity 0); wrong for every query", -1: "junk (identity -1); not ranked"]
        for (id, what) in roles.sorted(by: { $0.key > $1.key }) {
            let count = entries.count { $0.personID == id }
            if count > 0 { lines.append("\(count) pictures are \(what)") }
        }
        let persons = Dictionary(grouping: entries.filter { $0.personID > 0 }, by: \.personID)
        let mixed = persons.values.count { list in list.contains { $0.labels != list[0].labels } }
        if mixed > 0 {
            lines.append("\(mixed) persons have pictures with different labels; each picture keeps its own")
        }
        for (index, attribute) in table.attributes.enumerated() {
            let range = table.values(of: index)
            var (unknown, none, several) = (0, 0, 0)
            for entry in entries where entry.personID > 0 {
                let states = entry.labels.states[range]
                if states.contains(PersonLabels.unknown) {
                    unknown += 1
                } else if case .colour = attribute.kind {
                    let count = states.count { $0 == PersonLabels.yes }
                    if count == 0 { none += 1 }
                    if count > 1 { several += 1 }
                }
            }
            if unknown > 0 { lines.append("\(attribute.name): \(unknown) pictures \(Treatment.unknown)") }
            if none > 0 { lines.append("\(attribute.name): \(none) pictures without a colour; \(Treatment.none)") }
            if several > 0 {
                lines.append("\(attribute.name): \(several) pictures with several colours; \(Treatment.several)")
            }
            let unseen = range.filter { value in
                !entries.contains { $0.split == .train && $0.labels.states[value] == PersonLabels.yes }
            }
            if !unseen.isEmpty && counts(.train).pictures > 0 {
                let words = unseen.map { attribute.values[$0 - range.lowerBound] }
                lines.append("\(attribute.name): no train picture has \(words.shortList); it cannot be learned")
            }
        }
        return lines
    }
}

extension PersonCatalogue {
    /// What is to be known about the labels, one line each, with counts.
    func findings() -> [String] {
        var lines = DataSplit.allCases.map { split in
            let counts = counts(split)
            return "\(split): \(counts.pictures) pictures of \(counts.persons) persons"
        }
        for (id, what) in [(0, "distractors"), (-1, "junk")] {
            let count = entries.count { $0.personID == id }
            if count > 0 { lines.append("\(count) pictures are \(what) (identity \(id))") }
        }
        let persons = Dictionary(grouping: entries.filter { $0.personID > 0 }, by: \.personID)
        let both = persons.values.count { list in
            list.contains { $0.split == .train } && list.contains { $0.split != .train }
        }
        if both > 0 { lines.append("\(both) persons are both in train and in test") }
        let mixed = persons.values.count { list in list.contains { $0.labels != list[0].labels } }
        if mixed > 0 { lines.append("\(mixed) persons have pictures with different labels") }
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
            if unknown > 0 { lines.append("\(attribute.name): \(unknown) pictures unknown") }
            if none > 0 { lines.append("\(attribute.name): \(none) pictures without a colour") }
            if several > 0 { lines.append("\(attribute.name): \(several) pictures with several colours") }
            let unseen = range.filter { value in
                !entries.contains { $0.split == .train && $0.labels.states[value] == PersonLabels.yes }
            }
            if !unseen.isEmpty && counts(.train).pictures > 0 {
                let words = unseen.map { attribute.values[$0 - range.lowerBound] }
                lines.append("\(attribute.name): no train picture has \(words.shortList)")
            }
        }
        return lines
    }
}

/// The fields of `PETA.mat`'s struct, checked one by one.
struct PETAMatrixFields {
    private let path: String
    private let fields: MATLABFields

    /// The names by which each field is known.
    private static let known = [
        "names": ["attribute", "attributes", "attribute_name", "attribute_names"],
        "selected": ["selected_attribute", "selected_attributes"],
        "partitions": ["partion", "partition", "partitions"],
    ]

    init(_ file: MATLABFile) throws(PersonDataError) {
        path = file.path
        guard case .structure(let fields) = try file.read("peta") else {
            throw PersonDataError(path, "peta is no struct; expected is the PETA.mat of DeepMAR's authors")
        }
        self.fields = fields
    }

    /// The labels' names, in PETA's spelling.
    func labelNames() throws(PersonDataError) -> [String] {
        guard case .cells(let cells) = try value("names", place: 1) else {
            throw refuse("the labels' names are no cell array")
        }
        var names: [String] = []
        for cell in cells {
            guard case .text(let word) = cell, PETALabels.values[PETALabels.spellings[word] ?? word] != nil else {
                throw refuse(
                    "label \(names.count + 1) is none of PETA's \(PETALabels.names.count), such as personalMale")
            }
            names.append(PETALabels.spellings[word] ?? word)
        }
        guard !names.isEmpty, Set(names).count == names.count else {
            throw refuse("a label is named twice, or none is")
        }
        return names
    }

    /// The places, from 0 on, of the labels that are scored.
    func selected(of count: Int) throws(PersonDataError) -> [Int] {
        let places = try places("selected", numbers("selected", place: 2), of: count)
        if places.isEmpty { throw refuse("no label is selected") }
        return places
    }

    /// All partitions of `count` pictures.
    func partitions(of count: Int) throws(PersonDataError) -> [PETAPartition] {
        guard case .cells(let cells) = try value("partitions", place: 3), !cells.isEmpty else {
            throw refuse("the partitions are no cell array of structs")
        }
        var partitions: [PETAPartition] = []
        for cell in cells {
            let name = "partition \(partitions.count + 1)"
            guard case .structure(let parts) = cell else { throw refuse("\(name) is no struct of train, val and test") }
            var lists: [[Int]] = []
            for (place, word) in ["train", "val", "test"].enumerated() {
                let field =
                    parts.names.first { $0 == word || $0.hasPrefix(word + "_") } ?? parts.names.dropFirst(place).first
                guard let field, case .numbers(let values)? = parts[field] else {
                    throw refuse("\(name) has no numbers of \(word), only the fields \(parts.names.shortList)")
                }
                lists.append(try places("\(name), \(word),", values, of: count))
            }
            guard !lists[0].isEmpty, !lists[2].isEmpty else {
                throw refuse("\(name) has no pictures to train or to test")
            }
            let all = lists.flatMap { $0 }
            guard Set(all).count == all.count else { throw refuse("\(name) has a picture in two of its parts") }
            partitions.append(PETAPartition(train: lists[0], validation: lists[1], test: lists[2]))
        }
        return partitions
    }

    /// The numbers of a field.
    func numbers(_ field: String, place: Int) throws(PersonDataError) -> [Double] {
        guard case .numbers(let values) = try value(field, place: place) else {
            throw refuse("\(field) is no array of numbers")
        }
        return values
    }

    /// A number that must be whole and within a range.
    func whole(_ value: Double, _ what: String, in range: ClosedRange<Int>) throws(PersonDataError) -> Int {
        guard let number = Int(exactly: value), range.contains(number) else {
            throw refuse("\(what) is \(value), expected are \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Places from 0 on of numbers that count from 1, each at most once.
    private func places(_ what: String, _ values: [Double], of count: Int) throws(PersonDataError) -> [Int] {
        var isTaken = [Bool](repeating: false, count: count)
        var places: [Int] = []
        for value in values {
            let place = try whole(value, "\(what) number \(places.count + 1)", in: 1...count) - 1
            if isTaken[place] { throw refuse("\(what) holds \(place + 1) twice") }
            isTaken[place] = true
            places.append(place)
        }
        return places
    }

    private func value(_ field: String, place: Int) throws(PersonDataError) -> MATLABValue {
        let name = (Self.known[field] ?? [field]).first { fields[$0] != nil } ?? fields.names.dropFirst(place).first
        guard let name, let value = fields[name] else {
            throw refuse("has the fields \(fields.names.shortList); expected are data, names, selection, partitions")
        }
        return value
    }

    private func refuse(_ reason: String) -> PersonDataError { PersonDataError(path, "peta: \(reason)") }
}

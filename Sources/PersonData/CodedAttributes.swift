/// Labels of persons as Lin et al. (2017) publish them for Market-1501 and DukeMTMC-reID.
///
/// A struct with the structs `train` and `test`, whose fields are in different orders: they are read by name. Each
/// field has a number a person, `image_index` the identities. Codes count from 1; for yes/no 1 is no and 2 is yes.
struct CodedAttributes {
    /// How a data set names what its table holds.
    struct Form: Sendable {
        /// The struct's name.
        let variable: String

        /// What the labels are states of.
        let table: AttributeTable

        /// The fields of named and yes/no attributes; values are coded 1 … in the order of the table.
        let fields: [String: String]

        /// What the fields of a colour attribute begin with.
        let prefixes: [String: String]
    }

    /// By identity.
    let train: [Int: PersonLabels]

    /// By identity.
    let test: [Int: PersonLabels]

    /// What is odd in the file, with counts, and how it is treated.
    let notes: [String]

    /// Takes the labels out of a file.
    init(_ file: MATLABFile, _ form: Form) throws(PersonDataError) {
        guard case .structure(let root) = try file.read(form.variable) else {
            throw PersonDataError(file.path, "\(form.variable) is no struct")
        }
        var notes: [String] = []
        let train = try CodedPart("train", of: root, form, file.path)
        let test = try CodedPart("test", of: root, form, file.path)
        if train.fieldNames != test.fieldNames {
            notes.append("labels: the fields of train and test are in different orders; they are read by name")
        }
        self.train = try train.labels(&notes)
        self.test = try test.labels(&notes)
        self.notes = notes
    }
}

/// One of the two structs.
private struct CodedPart {
    let fieldNames: [String]
    private let name: String
    private let form: CodedAttributes.Form
    private let path: String
    private let fields: MATLABFields
    private let identities: [Int]

    init(
        _ name: String, of root: MATLABFields, _ form: CodedAttributes.Form, _ path: String
    ) throws(PersonDataError) {
        (self.name, self.form, self.path) = (name, form, path)
        func refuse(_ reason: String) -> PersonDataError {
            PersonDataError(path, "\(form.variable).\(name)\(reason)")
        }
        guard case .structure(let fields)? = root[name] else { throw refuse(" is missing, or no struct") }
        guard case .cells(let cells)? = fields["image_index"] else {
            throw refuse(".image_index is missing, or no cell array")
        }
        var identities: [Int] = []
        for cell in cells {
            guard case .text(let word) = cell, let identity = Int32(word), identity > 0 else {
                throw refuse(".image_index{\(identities.count + 1)} is no identity like '0002'")
            }
            identities.append(Int(identity))
        }
        guard Set(identities).count == identities.count else {
            throw refuse(".image_index names an identity twice")
        }
        (self.fields, self.identities, fieldNames) = (fields, identities, fields.names)
    }

    func labels(_ notes: inout [String]) throws(PersonDataError) -> [Int: PersonLabels] {
        var states = [[UInt8]](repeating: [], count: identities.count)
        for attribute in form.table.attributes {
            if let prefix = form.prefixes[attribute.name] {
                try addColours(attribute, prefix, &states, &notes)
            } else {
                try addCodes(attribute, &states, &notes)
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(identities, states.map { PersonLabels($0) }))
    }

    private func addColours(
        _ attribute: PersonAttribute, _ prefix: String, _ states: inout [[UInt8]], _ notes: inout [String]
    ) throws(PersonDataError) {
        var found = [Int](repeating: 0, count: identities.count)
        for colour in attribute.values {
            for (row, code) in try codes(prefix + colour).enumerated() {
                guard code == 1 || code == 2 else {
                    throw refuse(".\(prefix + colour) holds \(code), expected is 1 (no) or 2 (yes)")
                }
                states[row].append(code == 2 ? PersonLabels.yes : PersonLabels.no)
                found[row] += code - 1
            }
        }
        let (none, several) = (found.count { $0 == 0 }, found.count { $0 > 1 })
        if none > 0 {
            notes.append("\(attribute.name): \(none) \(name) persons without a colour; \(Treatment.none)")
        }
        if several > 0 {
            notes.append("\(attribute.name): \(several) \(name) persons with several colours; \(Treatment.several)")
        }
    }

    private func addCodes(
        _ attribute: PersonAttribute, _ states: inout [[UInt8]], _ notes: inout [String]
    ) throws(PersonDataError) {
        guard let field = form.fields[attribute.name] else {
            preconditionFailure("no field for \(attribute.name)")
        }
        let count = attribute.values.count
        var unknown: [String] = []
        for (row, code) in try codes(field).enumerated() {
            switch attribute.kind {
            case .binary where code == 1 || code == 2:
                states[row].append(code == 2 ? PersonLabels.yes : PersonLabels.no)
            case .named where (1...count).contains(code):
                states[row] += (1...count).map { $0 == code ? PersonLabels.yes : PersonLabels.no }
            default:
                let word = "\(identities[row])"
                unknown.append(String(repeating: "0", count: max(0, 4 - word.count)) + word)
                states[row] += [UInt8](repeating: PersonLabels.unknown, count: count)
            }
        }
        if !unknown.isEmpty {
            notes.append(
                "\(attribute.name): \(unknown.count) \(name) persons have no code of the table "
                    + "(identities \(unknown.shortList)); \(Treatment.unknown)")
        }
    }

    private func codes(_ field: String) throws(PersonDataError) -> [Int] {
        guard case .numbers(let values)? = fields[field] else {
            throw refuse(".\(field) is missing, or not numbers")
        }
        guard values.count == identities.count else {
            throw refuse(".\(field) has \(values.count) numbers for \(identities.count) identities")
        }
        var codes: [Int] = []
        for value in values {
            guard let code = Int(exactly: value) else { throw refuse(".\(field) holds \(value)") }
            codes.append(code)
        }
        return codes
    }

    private func refuse(_ reason: String) -> PersonDataError {
        PersonDataError(path, "\(form.variable).\(name)\(reason)")
    }
}

/// What is done about oddities of labels, in the words of all readers.
enum Treatment {
    static let unknown = "unknown, neither taught nor scored"
    static let none = "no token is taught, every answer counts as wrong"
    static let several = "all are taught, each of them counts as right"
}

/// The labels of Market-1501's persons, from `market_attribute.mat` (Lin et al. 2017).
///
/// A struct `market_attribute` with the structs `train` and `test`, whose fields are in different orders: they are
/// read by name. Codes count from 1; for yes/no 1 is no and 2 is yes.
public struct MarketAttributes: Sendable {
    /// By identity; states of the values of `AttributeTable.market1501`.
    public let train: [Int: PersonLabels]

    /// By identity; states of the values of `AttributeTable.market1501`.
    public let test: [Int: PersonLabels]

    /// What is wrong in the file, with counts.
    public let notes: [String]

    /// The fields of named and yes/no attributes; their values are coded 1 … in the order of the table.
    private static let fields = [
        "gender": "gender", "hair": "hair", "sleeve": "up", "lowerLength": "down", "lowerType": "clothes",
        "hat": "hat", "backpack": "backpack", "bag": "bag", "handbag": "handbag", "age": "age",
    ]

    /// What the colours' fields begin with.
    private static let prefixes = ["upperColour": "up", "lowerColour": "down"]

    /// Reads the file.
    ///
    /// Throws where it is missing, damaged, or lacks a field.
    public init(_ path: String) throws(PersonDataError) { try self.init(MATLABFile(path)) }

    /// Takes the labels out of a file.
    init(_ file: MATLABFile) throws(PersonDataError) {
        let path = file.path
        guard case .structure(let root) = try file.read("market_attribute") else {
            throw PersonDataError(path, "market_attribute is no struct")
        }
        var notes: [String] = []
        train = try Self.part("train", root, path, &notes)
        test = try Self.part("test", root, path, &notes)
        self.notes = notes
    }

    private static func part(
        _ name: String, _ root: [String: MATLABValue], _ path: String, _ notes: inout [String]
    ) throws(PersonDataError) -> [Int: PersonLabels] {
        func refuse(_ reason: String) -> PersonDataError {
            PersonDataError(path, "market_attribute.\(name)\(reason)")
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
        func codes(_ field: String) throws(PersonDataError) -> [Int] {
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

        let table = AttributeTable.market1501
        var states = [[UInt8]](repeating: [], count: identities.count)
        for attribute in table.attributes {
            if let prefix = prefixes[attribute.name] {
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
                if none > 0 { notes.append("\(attribute.name): \(none) \(name) persons without a colour") }
                if several > 0 {
                    notes.append("\(attribute.name): \(several) \(name) persons with several colours")
                }
                continue
            }
            guard let field = Self.fields[attribute.name] else {
                preconditionFailure("no field for \(attribute.name)")
            }
            let count = attribute.values.count
            var unknown = 0
            for (row, code) in try codes(field).enumerated() {
                switch attribute.kind {
                case .binary where code == 1 || code == 2:
                    states[row].append(code == 2 ? PersonLabels.yes : PersonLabels.no)
                case .named where (1...count).contains(code):
                    states[row] += (1...count).map { $0 == code ? PersonLabels.yes : PersonLabels.no }
                default:
                    unknown += 1
                    states[row] += [UInt8](repeating: PersonLabels.unknown, count: count)
                }
            }
            if unknown > 0 {
                notes.append(
                    "\(attribute.name): \(unknown) \(name) persons have no code of the table and count as unknown"
                )
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(identities, states.map { PersonLabels($0) }))
    }
}

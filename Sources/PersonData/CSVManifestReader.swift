internal import Foundation

/// Reads any data set from a CSV manifest: one line a picture.
///
/// | column | what |
/// |---|---|
/// | `path` | the picture, relative to the manifest's folder or absolute |
/// | `split` | `train`, `query`, `gallery` (or `test`, which is the same) |
/// | `identity` | who it is: numbers are kept (0 is a distractor, −1 junk), other names are numbered 1 … in order |
/// | `camera` | a number; may be missing or empty, which is 0 |
/// | `#…` | a column whose title begins with `#` is not read |
/// | others | one attribute each |
///
/// A title may say an attribute's kind and its values in order: `hat:binary`, `age:named=young|adult|old`,
/// `upper:colour`. Else yes/no, true/false, 1/0 make it binary, "colour" or "color" in the title a colour, and all
/// other words named. An empty cell is unknown; a colour cell may hold several, `red|blue`, or `none`.
public struct CSVManifestReader: Sendable {
    /// The manifest.
    public let path: String

    /// A reader of the manifest at `path`.
    public init(_ path: String) { self.path = path }

    /// The pictures that the manifest lists.
    ///
    /// Throws with line and column where it is no manifest; pictures are not looked at.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        let file = try CSVFile(path)
        func refuse(_ line: Int, _ reason: String) -> PersonDataError {
            PersonDataError(path, "line \(line): \(reason)")
        }
        let titles = file.header.fields.map { $0.trimmed.lowercased() }
        func column(_ name: String) -> Int? { titles.firstIndex(of: name) }
        guard let pathColumn = column("path"), let splitColumn = column("split"),
            let identityColumn = column("identity")
        else {
            let missing = ["path", "split", "identity"].filter { !titles.contains($0) }
            throw refuse(
                file.header.line,
                "there is no column \(missing.shortList); the columns are \(titles.shortList)")
        }
        if file.rows.isEmpty { throw PersonDataError(path, "lists no pictures") }
        let cameraColumn = column("camera")
        let fixed = Set([pathColumn, splitColumn, identityColumn, cameraColumn ?? pathColumn])
        var columns: [ManifestColumn] = []
        for index in titles.indices where !fixed.contains(index) && !titles[index].hasPrefix("#") {
            columns.append(try ManifestColumn(index, of: file, refuse: refuse))
        }
        let table: AttributeTable
        do { table = try AttributeTable(columns.map(\.attribute)) } catch {
            throw refuse(file.header.line, "the attribute columns make no table: it \(error.reason)")
        }

        let identities = IdentityNumbers(file.rows.map { $0.fields[identityColumn].trimmed })
        let folder = (path as NSString).deletingLastPathComponent
        var entries: [PersonEntry] = []
        var lines: [String: Int] = [:]
        for row in file.rows {
            let name = row.fields[pathColumn].trimmed
            if name.isEmpty { throw refuse(row.line, "column path is empty") }
            let splitWord = row.fields[splitColumn].trimmed.lowercased()
            guard let split = Self.splits[splitWord] else {
                throw refuse(
                    row.line,
                    "column split: \(splitWord.debugDescription), expected is train, query or gallery")
            }
            if let earlier = lines.updateValue(row.line, forKey: "\(splitWord)\n\(name)") {
                throw refuse(row.line, "column path: \(name) is in line \(earlier) already")
            }
            let identity = row.fields[identityColumn].trimmed
            guard let personID = identities.number(of: identity) else {
                throw refuse(
                    row.line, "column identity: \(identity.debugDescription) is no name and no 32-bit number")
            }
            if split == .train && personID <= 0 {
                throw refuse(row.line, "column identity: \(identity) in train, where ids are above 0")
            }
            let cameraWord = cameraColumn.map { row.fields[$0].trimmed } ?? ""
            guard let camera = cameraWord.isEmpty ? 0 : Int32(cameraWord) else {
                throw refuse(
                    row.line, "column camera: \(cameraWord.debugDescription), expected is a whole number")
            }
            var states: [UInt8] = []
            for column in columns { states += try column.states(row, refuse: refuse) }
            entries.append(
                PersonEntry(
                    path: name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name, name: name,
                    personID: personID, cameraID: Int(camera), split: split, labels: PersonLabels(states)))
        }
        var catalogue = PersonCatalogue(
            table: table, entries: entries, identityNames: identities.names, source: "CSV manifest \(path)")
        catalogue.tallies = catalogue.splitTallies()
        catalogue.notes = catalogue.retrievalNotes() + catalogue.labelNotes()
        return catalogue
    }

    private static let splits: [String: DataSplit] = [
        "train": .train, "query": .query, "gallery": .gallery, "test": .gallery,
    ]
}

/// Numbers for identities: their own where all are numbers, else 1 … in the order of their names.
struct IdentityNumbers {
    /// The names by number; empty where they are numbers themselves.
    let names: [Int: String]
    private let numbers: [String: Int]

    init(_ identities: [String]) {
        let unique = Set(identities).subtracting([""])
        // 0 and −1 keep their meaning among names
        let named = unique.subtracting(["0", "-1"]).sorted()
        if unique.allSatisfy({ Int($0) != nil }) {
            numbers = Dictionary(
                uniqueKeysWithValues: unique.compactMap { name in Int32(name).map { (name, Int($0)) } })
            names = [:]
        } else {
            names = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($0 + 1, $1) })
            var numbers = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($1, $0 + 1) })
            for kept in [0, -1] where unique.contains("\(kept)") { numbers["\(kept)"] = kept }
            self.numbers = numbers
        }
    }

    func number(of identity: String) -> Int? { numbers[identity] }
}

/// A column of a CSV manifest that holds an attribute.
///
/// Its title is a name, or `name:kind`, or `name:kind=value|value|…` with kind `binary`, `named` or `colour`. Without
/// a kind the cells decide: yes and no, true and false, 1 and 0 are `binary`; else a title with "colour" or "color" in
/// it is `colour`; all else `named`. Without a list the values are those that occur, in the order of their names.
///
/// An empty cell is unknown. A `colour` cell holds one colour, several as `red|blue`, or `none`.
struct ManifestColumn {
    let attribute: PersonAttribute
    private let index: Int

    /// Words that say yes or no.
    private static let words: [String: Bool] = [
        "yes": true, "no": false, "true": true, "false": false, "1": true, "0": false,
    ]

    /// The column at `index`; what is wrong is said with `refuse`, which takes a line and a reason.
    init(
        _ index: Int, of file: CSVFile, refuse: (_ line: Int, _ reason: String) -> PersonDataError
    ) throws(PersonDataError) {
        self.index = index
        let title = file.header.fields[index].trimmed
        let parts = title.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
        let name = parts.first ?? ""
        if name.isEmpty { throw refuse(file.header.line, "column \(index + 1) has no title") }
        let cells = file.rows.map { $0.fields[index].trimmed }.filter { !$0.isEmpty }
        let isYesNo = !cells.isEmpty && cells.allSatisfy { Self.words[$0.lowercased()] != nil }
        let isColour = ["colour", "color"].contains { name.lowercased().contains($0) }
        var kind = isYesNo ? "binary" : isColour ? "colour" : "named"
        var values: [String]?
        if parts.count == 2 {
            let words = parts[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            kind = String(words[0]).trimmed.lowercased()
            if kind == "color" { kind = "colour" }
            if words.count == 2 { values = words[1].split(separator: "|").map { String($0).trimmed } }
        }
        func found(_ list: [String]) throws(PersonDataError) -> [String] {
            let all = values ?? Set(list).sorted()
            if all.isEmpty {
                throw refuse(
                    file.header.line, "column \(name) holds nothing: leave it out, or give `\(name):binary`")
            }
            return all
        }
        switch kind {
        case "binary": attribute = PersonAttribute(name, .binary)
        case "named": attribute = PersonAttribute(name, .named(try found(cells)))
        case "colour": attribute = PersonAttribute(name, .colour(try found(cells.flatMap(Self.colours))))
        default:
            throw refuse(
                file.header.line, "column \(name) has the kind \(kind), expected is binary, named or colour")
        }
    }

    /// The states of the attribute's values in a row.
    func states(
        _ row: CSVFile.Row, refuse: (_ line: Int, _ reason: String) -> PersonDataError
    ) throws(PersonDataError) -> [UInt8] {
        let cell = row.fields[index].trimmed
        let values = attribute.values
        if cell.isEmpty { return [UInt8](repeating: PersonLabels.unknown, count: values.count) }
        func unexpected(_ word: String, _ expected: String) -> PersonDataError {
            refuse(row.line, "column \(attribute.name): \(word.debugDescription), expected is \(expected)")
        }
        let given: [String]
        switch attribute.kind {
        case .binary:
            guard let yes = Self.words[cell.lowercased()] else {
                throw unexpected(cell, "yes, no or nothing")
            }
            return [yes ? PersonLabels.yes : PersonLabels.no]
        case .named: given = [cell]
        case .colour: given = Self.colours(cell)
        }
        if let odd = given.first(where: { !values.contains($0) }) {
            throw unexpected(odd, "one of \(values.shortList)")
        }
        return values.map { given.contains($0) ? PersonLabels.yes : PersonLabels.no }
    }

    private static func colours(_ cell: String) -> [String] {
        cell.lowercased() == "none" ? [] : cell.split(separator: "|").map { String($0).trimmed }
    }
}

extension String {
    /// Without blanks and tabs at both ends.
    var trimmed: String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}

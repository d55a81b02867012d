/// Attributes that something else read off pictures.
///
/// A CSV file has the column `picture` and one for each attribute of the data. A picture is named as in the data set, with or
/// without its folder. Cells are what `jcm predict` says: yes or no, a value, a colour or `none`. A MATLAB file is as the
/// official evaluation of Market-1501's attributes takes it: `PredictionFile+MATLAB`.
public struct PredictionFile {
    /// The file.
    public let path: String

    /// By a picture's name, or by the last part of it.
    private let readings: [String: [AttributeReading]]

    /// Reads a file of predictions for the gallery of `data`: as MATLAB's where its name ends with `.mat`, else as CSV.
    ///
    /// Throws where it is no such file: with the line, the column and what was expected.
    public init(_ path: String, for data: PreparedFileReader) throws(PersonDataError) {
        self.path = path
        readings =
            path.hasSuffix(".mat")
            ? try Self.readings(matlab: path, for: data) : try Self.readings(csv: path, table: data.table)
    }

    private static func readings(
        csv path: String, table: AttributeTable
    ) throws(PersonDataError) -> [String: [AttributeReading]] {
        let file = try CSVFile(path)
        let titles = file.header.fields.map(\.trimmed)
        func column(_ name: String) throws(PersonDataError) -> Int {
            let places = titles.indices.filter { titles[$0] == name }
            guard places.count == 1 else {
                let problem =
                    places.isEmpty ? "there is no column \(name)" : "\(places.count) columns are named \(name)"
                throw PersonDataError(path, "\(problem); it has \(titles.shortList)")
            }
            return places[0]
        }
        let picture = try column("picture")
        var columns: [Int] = []
        for attribute in table.attributes { columns.append(try column(attribute.name)) }
        var readings: [String: [AttributeReading]] = [:]
        for row in file.rows {
            let name = row.fields[picture].trimmed
            if name.isEmpty { throw PersonDataError(path, "line \(row.line) names no picture") }
            if readings[name] != nil {
                throw PersonDataError(path, "line \(row.line) names \(name.printable) a second time")
            }
            var said: [AttributeReading] = []
            for (attribute, column) in zip(table.attributes, columns) {
                let cell = row.fields[column].trimmed
                guard let answer = attribute.answer(cell) else {
                    throw PersonDataError(
                        path,
                        "line \(row.line), column \(attribute.name): \(cell.debugDescription), expected is "
                            + attribute.expectedAnswers)
                }
                said.append(AttributeReading(answer: answer, probability: 1))
            }
            readings[name] = said
        }
        return readings
    }

    /// The number of pictures.
    public var count: Int { readings.count }

    /// What is said of a picture: by its path in the data set, or by its last part.
    public func readings(of name: String) -> [AttributeReading]? {
        readings[name] ?? name.split(separator: "/").last.flatMap { readings[String($0)] }
    }
}

extension PersonAttribute {
    /// The answer that a cell gives; nil where it gives none.
    fileprivate func answer(_ cell: String) -> AttributeAnswer? {
        switch kind {
        case .binary:
            switch cell.lowercased() {
            case "yes", "true", "1": .yes
            case "no", "false", "0": .no
            default: nil
            }
        case .named: values.firstIndex(of: cell).map { .value($0) }
        case .colour:
            ["none", "no colour"].contains(cell.lowercased())
                ? .noColour : values.firstIndex(of: cell).map { .value($0) }
        }
    }

    fileprivate var expectedAnswers: String {
        switch kind {
        case .binary: "yes or no"
        case .named: "one of \(values.shortList)"
        case .colour: "none or one of \(values.shortList)"
        }
    }
}

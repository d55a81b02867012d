extension PredictionFile {
    /// The attributes of Market-1501 in the columns of the official evaluation's matrix (`evaluate_market_attribute.m` of
    /// Lin et al. 2017). Codes count from 1 in the order of the table's values; for yes/no 1 is no and 2 is yes.
    static let marketColumns = [
        "gender", "hair", "age", "sleeve", "lowerLength", "lowerType", "hat", "backpack", "bag", "handbag",
        "upperColour", "lowerColour",
    ]

    /// The official evaluation's variable.
    static let marketVariable = "gallery"

    /// What Market-1501's official matrix says: a row for each gallery picture of a known person (13,115), in the order
    /// of the pictures' names.
    static func readings(
        matlab path: String, for data: PreparedFileReader
    ) throws(PersonDataError) -> [String: [AttributeReading]] {
        let (pictures, columns) = (data.knownGallery.map { data.names[$0] }, try marketColumns(of: data))
        let rows = try MATLABFile(path).rows(marketVariable, columns: marketColumns.count)
        guard rows.count == pictures.count else {
            throw PersonDataError(
                path,
                "\(marketVariable) has \(rows.count) rows, \(pictures.count) belong to as many gallery pictures of known "
                    + "people in \(data.path)")
        }
        var readings: [String: [AttributeReading]] = [:]
        for (place, name) in pictures.sorted(by: precedes).enumerated() {
            var said: [AttributeReading] = []
            for (attribute, column) in zip(data.table.attributes, columns) {
                guard let answer = attribute.answer(code: rows[place][column]) else {
                    throw PersonDataError(
                        path,
                        "\(marketVariable)(\(place + 1), \(column + 1)) is \(rows[place][column]), expected for "
                            + "\(attribute.name) is \(attribute.expectedCodes)")
                }
                said.append(AttributeReading(answer: answer, probability: 1))
            }
            readings[name] = said
        }
        return readings
    }

    /// For each attribute of the data its column.
    private static func marketColumns(of data: PreparedFileReader) throws(PersonDataError) -> [Int] {
        var columns: [Int] = []
        for attribute in data.table.attributes {
            guard AttributeTable.market1501.attributes.contains(attribute),
                let column = marketColumns.firstIndex(of: attribute.name)
            else {
                throw PersonDataError(
                    data.path,
                    "\(attribute.name) is no attribute of Market-1501, of which alone there are predictions in .mat files: "
                        + "give a CSV file")
            }
            columns.append(column)
        }
        return columns
    }

    /// The order of a folder's listing: by bytes.
    private static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}

extension PreparedFileReader {
    /// The numbers of the gallery pictures of known people: those on which attributes are scored.
    public var knownGallery: [Int] { indices(of: .gallery).filter { personIDs[$0] > 0 } }
}

extension PersonAttribute {
    /// The answer that an official code gives; nil where it gives none.
    fileprivate func answer(code: Double) -> AttributeAnswer? {
        guard let code = Int(exactly: code) else { return nil }
        switch kind {
        case .binary: return code == 1 ? .no : code == 2 ? .yes : nil
        case .named: return values.indices.contains(code - 1) ? .value(code - 1) : nil
        case .colour: return code == 0 ? .noColour : values.indices.contains(code - 1) ? .value(code - 1) : nil
        }
    }

    fileprivate var expectedCodes: String {
        switch kind {
        case .binary: "1 (no) or 2 (yes)"
        case .named: "1 to \(values.count)"
        case .colour: "1 to \(values.count), or 0 for none"
        }
    }
}

/// A table of text as RFC 4180 describes it: commas, quoted fields, LF or CRLF, with or without a byte order mark.
struct CSVFile {
    /// One record.
    struct Row {
        /// The line it begins at, counted from 1.
        let line: Int

        /// Its fields, without quotes.
        var fields: [String]
    }

    /// The first row.
    let header: Row

    /// The others; empty lines are left out.
    let rows: [Row]

    /// Reads a file.
    ///
    /// Throws where it is missing, no UTF-8, or its quotes do not pair; and where a row's length differs from the
    /// header's.
    init(_ path: String) throws(PersonDataError) {
        try self.init(path, readWhole(path, atMost: 1 << 28, expected: "a CSV file"))
    }

    /// Takes the bytes of a file apart; `path` stands in messages.
    init(_ path: String, _ bytes: [UInt8]) throws(PersonDataError) {
        var rows = try Self.parse(path, bytes)
        guard !rows.isEmpty else { throw PersonDataError(path, "is empty: a header line was expected") }
        header = rows.removeFirst()
        if let odd = rows.first(where: { [header] in $0.fields.count != header.fields.count }) {
            throw PersonDataError(
                path, "line \(odd.line) has \(odd.fields.count) fields, the header \(header.fields.count)")
        }
        self.rows = rows
    }

    private static func parse(_ path: String, _ bytes: [UInt8]) throws(PersonDataError) -> [Row] {
        let (quote, comma, feed, back) = (UInt8(0x22), UInt8(0x2C), UInt8(0x0A), UInt8(0x0D))
        var rows: [Row] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var (line, rowLine) = (1, 1)

        func refuse(_ reason: String) -> PersonDataError { PersonDataError(path, "line \(line): \(reason)") }
        func endField() throws(PersonDataError) {
            guard let text = String(validating: field, as: UTF8.self) else { throw refuse("is no UTF-8") }
            if field.contains(0) { throw refuse("holds the character 0") }
            fields.append(text)
            field.removeAll(keepingCapacity: true)
        }
        func endRow() throws(PersonDataError) {
            try endField()
            if fields != [""] { rows.append(Row(line: rowLine, fields: fields)) }
            fields = []
        }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == quote && field.isEmpty {
                let begin = line
                while true {
                    guard place < bytes.count else {
                        throw PersonDataError(path, "line \(begin): a quote is not closed")
                    }
                    let inner = bytes[place]
                    place += 1
                    if inner == quote {
                        guard place < bytes.count, bytes[place] == quote else { break }
                        place += 1
                    } else if inner == feed {
                        line += 1
                    }
                    field.append(inner)
                }
                if place < bytes.count, ![comma, feed, back].contains(bytes[place]) {
                    throw refuse("text follows a closing quote")
                }
            } else if byte == comma {
                try endField()
            } else if byte == feed || byte == back && place < bytes.count && bytes[place] == feed {
                if byte == back { place += 1 }
                try endRow()
                line += 1
                rowLine = line
            } else {
                field.append(byte)
            }
        }
        if !field.isEmpty || !fields.isEmpty { try endRow() }
        return rows
    }
}

internal import Glibc

/// What a data set holds, beside what its publishers state, and what is odd in it: for people to read.
public struct CatalogueCheck: Sendable {
    /// The text, a line each.
    public let lines: [String]

    /// Numbers that are not the published ones.
    public let differences: Int

    /// Looks through a catalogue, and whether its pictures can be opened.
    ///
    /// Throws where it could not be prepared: without pictures, or where none can be opened.
    public init(_ catalogue: PersonCatalogue) throws(PersonDataError) {
        try catalogue.check()
        let lost = catalogue.entries.filter { !Self.canOpen($0.path) }
        if lost.count == catalogue.entries.count {
            throw PersonDataError(
                catalogue.source, "none of its \(lost.count) pictures can be opened, the first is \(lost[0].path)")
        }
        differences = catalogue.tallies.count { !$0.agrees }
        var lines = [catalogue.source] + Self.table(catalogue.tallies) + [Self.sequences(catalogue)]
        lines += catalogue.notes
        if !lost.isEmpty {
            lines.append("\(lost.count) pictures cannot be opened: \(lost.map(\.name).shortList); left out")
        }
        self.lines = lines
    }

    /// A line a tally, in columns.
    private static func table(_ tallies: [Tally]) -> [String] {
        let width = tallies.map(\.what.count).max() ?? 0
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let rows = tallies.map { tally in
            tally.what + padded("", width - tally.what.count) + padded("\(tally.found)", 9)
                + padded(tally.published.map { "\($0)" } ?? "-", 11) + (tally.agrees ? "" : "   differs")
        }
        return [padded("", width) + padded("found", 9) + padded("published", 11)] + rows
    }

    private static func sequences(_ catalogue: PersonCatalogue) -> String {
        let known = Set(catalogue.entries.lazy.filter { $0.personID > 0 }.map(\.labels))
        let lengths = known.map { catalogue.table.sequence($0).count }
        return "\(catalogue.table.attributes.count) attributes, K = \(catalogue.table.tokenCount), sequences of "
            + "\(lengths.min() ?? 0) to \(lengths.max() ?? 0) tokens"
    }

    private static func canOpen(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, R_OK) == 0
    }
}

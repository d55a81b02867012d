/// Means of attribute recognition by every protocol, as lines to read.
enum ProtocolTable {
    /// A line for each protocol, with a column for each method.
    static func lines(_ methods: [(name: String, protocols: AttributeProtocols)]) -> [String] {
        let first = methods[0].protocols
        return [
            "Attributes by protocol, in %, with 95 % intervals (\(first.replicates) bootstraps of \(first.identities) "
                + "identities)",
            line("", methods.map { TableCells.title($0.name) }),
        ]
            + AttributeFigures.rows.map { row in
                line(row.name, methods.map { TableCells.interval($0.protocols.interval(row.path)) })
            } + [
                "label mA: mean over the \(first.labels) values that some pictures have and others have not",
                "instance: means over pictures of |true ∩ said| / |true ∪ said|, |said|, |true|; F1 of these means",
            ]
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        TableCells.line(name, 30, cells.map { (text: $0, width: 22) })
    }
}

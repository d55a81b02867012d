internal import Foundation

/// Means of attribute recognition by every protocol, as lines to read.
enum ProtocolTable {
    /// A line for each protocol, with a column for each method.
    static func lines(_ methods: [(name: String, protocols: AttributeProtocols)]) -> [String] {
        let first = methods[0].protocols
        return [
            "Attributes by protocol, in %, with 95 % intervals (\(first.replicates) bootstraps of \(first.identities) "
                + "identities)",
            line("", methods.map(\.name)),
        ]
            + AttributeFigures.rows.map { row in
                line(row.name, methods.map { cell($0.protocols, row.path) })
            } + [
                "label mA: mean over the \(first.labels) values that some pictures have and others have not",
                "instance: means over pictures of |true ∩ said| / |true ∪ said|, |said|, |true|; F1 of these means",
            ]
    }

    private static func line(_ name: String, _ values: [String]) -> String {
        name.padding(toLength: 30, withPad: " ", startingAt: 0)
            + values.map { String(repeating: " ", count: max(1, 22 - $0.count)) + $0 }.joined()
    }

    private static func cell(_ protocols: AttributeProtocols, _ path: KeyPath<AttributeFigures, Double>) -> String {
        let values = [protocols.figures, protocols.low, protocols.high].map { 100 * $0[keyPath: path] }
        return String(format: "%.1f [%.1f, %.1f]", values[0], values[1], values[2])
    }
}

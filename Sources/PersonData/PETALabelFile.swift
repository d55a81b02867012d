/// A `Label.txt` of PETA: lines of an identity and its labels, separated by blanks, present labels only, in any order.
struct PETALabelFile {
    /// By identity, as `PETASubset` spells it; states of the values of `AttributeTable.peta`.
    private(set) var labels: [String: PersonLabels] = [:]

    /// How often labels occur that are none of the 105.
    private(set) var discarded: [String: Int] = [:]

    /// Identities that have more than one line, of which the last counts.
    private(set) var repeated: Set<String> = []

    /// The most bytes of a file; 4,563 lines, PETA's most, take about 1.4 MB.
    private static let mostBytes = 1 << 23

    /// Reads the file of a subset.
    ///
    /// Throws where it is missing, no text, or holds none of PETA's labels.
    init(_ path: String, _ subset: PETASubset) throws(PersonDataError) {
        let bytes = try readWhole(path, atMost: Self.mostBytes, expected: "the labels of \(subset.rawValue)")
        try self.init(path, bytes, subset)
    }

    /// Takes the bytes of a file apart; `path` stands in messages.
    init(_ path: String, _ bytes: [UInt8], _ subset: PETASubset) throws(PersonDataError) {
        var known = 0
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard let text = String(validating: line, as: UTF8.self), !line.contains(0) else {
                throw PersonDataError(path, "line \(index + 1): is no text; expected is an identity and its labels")
            }
            let start = index == 0 && text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
            let words = start.split { " \t\r".contains($0) }
            guard let first = words.first else { continue }
            let identity = subset.identity(ofLine: first)
            var states = [UInt8](repeating: PersonLabels.no, count: AttributeTable.peta.valueCount)
            for word in words.dropFirst() {
                if let value = PETALabels.values[String(word)] {
                    states[value] = PersonLabels.yes
                    known += 1
                } else {
                    discarded[String(word), default: 0] += 1
                }
            }
            if labels.updateValue(PersonLabels(Self.marked(states)), forKey: identity) != nil {
                repeated.insert(identity)
            }
        }
        if known == 0 {
            throw PersonDataError(path, "holds none of PETA's labels; expected are lines of an identity and its labels")
        }
    }

    /// An attribute of one value, of which none is said, is unknown.
    private static func marked(_ states: [UInt8]) -> [UInt8] {
        var states = states
        for (index, attribute) in AttributeTable.peta.attributes.enumerated() {
            let range = AttributeTable.peta.values(of: index)
            guard case .named = attribute.kind, !states[range].contains(PersonLabels.yes) else { continue }
            for value in range { states[value] = PersonLabels.unknown }
        }
        return states
    }
}

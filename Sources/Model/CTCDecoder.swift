/// Label sequences from column probabilities [T][K + 1], class 0 the blank: the second opinion beside beam search.
public enum CTCDecoder {
    /// The most probable class of each column, repeats merged, blanks dropped (Graves et al. 2006, best path).
    public static func greedy(_ columns: [[Float]]) -> [Int] {
        var labels: [Int] = []
        var last = 0
        for column in columns {
            let best = column.indices.max { (column[$0], $1) < (column[$1], $0) } ?? 0
            if best != 0 && best != last { labels.append(best) }
            last = best
        }
        return labels
    }

    /// The sequence with the largest total probability over alignments, among the `width` best prefixes at each column.
    ///
    /// Prefix search with the probabilities of ending in a blank and in a label kept apart (Graves et al. 2006, 3.2).
    public static func prefixBeam(_ columns: [[Float]], width: Int = 10) -> [Int] {
        var beam: [[Int]: (blank: Double, label: Double)] = [[]: (1, 0)]
        for column in columns {
            var next: [[Int]: (blank: Double, label: Double)] = [:]
            for (prefix, mass) in beam {
                next[prefix, default: (0, 0)].blank += (mass.blank + mass.label) * Double(column[0])
                for label in 1..<column.count where column[label] > 0 {
                    let p = Double(column[label])
                    if label == prefix.last {
                        next[prefix, default: (0, 0)].label += mass.label * p
                        next[prefix + [label], default: (0, 0)].label += mass.blank * p
                    } else {
                        next[prefix + [label], default: (0, 0)].label += (mass.blank + mass.label) * p
                    }
                }
            }
            let kept = next.sorted { isBetter($0, $1) }.prefix(width)
            beam = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
        }
        return beam.min { isBetter($0, $1) }?.key ?? []
    }

    /// Larger mass first; equal masses in the order of their labels, so that the result is one.
    private static func isBetter(
        _ left: (key: [Int], value: (blank: Double, label: Double)),
        _ right: (key: [Int], value: (blank: Double, label: Double))
    ) -> Bool {
        let (a, b) = (left.value.blank + left.value.label, right.value.blank + right.value.label)
        return a != b ? a > b : left.key.lexicographicallyPrecedes(right.key)
    }
}

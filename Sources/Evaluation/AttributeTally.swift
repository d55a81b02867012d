internal import PersonData

/// What pictures count for in every protocol of attribute recognition, as whole numbers that can be added.
///
/// Of each attribute: pictures of which it is known, right answers. Of each value of the table, which is a binary label
/// here: positives, true positives, negatives, true negatives. Of pictures with a true label: how many, and the sums of
/// their accuracies, precisions and recalls in units of 2⁻⁴⁰, so that no sum depends on its order.
struct AttributeTally {
    let table: AttributeTable

    /// The numbers, `width` of them.
    var counts: [Int64]

    private static let unit = 0x1p40

    private var attributes: Int { table.attributes.count }
    private var values: Int { table.valueCount }

    /// How many numbers a tally has.
    static func width(_ table: AttributeTable) -> Int { 2 * table.attributes.count + 4 * table.valueCount + 4 }

    /// A tally of no picture.
    init(_ table: AttributeTable) {
        self.table = table
        counts = [Int64](repeating: 0, count: Self.width(table))
    }

    /// Takes a picture's truth and what is said of it; values that nobody knows count nowhere.
    mutating func add(_ labels: PersonLabels, _ said: [AttributeReading]) {
        var (both, either, truths, claims) = (0, 0, 0, 0)
        for attribute in table.attributes.indices {
            if let truth = table.trueAnswers(of: attribute, labels) {
                counts[attribute] += 1
                if AttributeScores.isRight(said[attribute].answer, truth) { counts[attributes + attribute] += 1 }
            }
            let range = table.values(of: attribute)
            for value in range where labels.states[value] != PersonLabels.unknown {
                let isTrue = labels.states[value] == PersonLabels.yes
                let isSaid = Self.claims(said[attribute].answer, value - range.lowerBound)
                let first = 2 * attributes + 4 * value + (isTrue ? 0 : 2)
                counts[first] += 1
                if isTrue == isSaid { counts[first + 1] += 1 }
                if isTrue && isSaid { both += 1 }
                if isTrue || isSaid { either += 1 }
                if isTrue { truths += 1 }
                if isSaid { claims += 1 }
            }
        }
        guard truths > 0 else { return }
        let first = 2 * attributes + 4 * values
        counts[first] += 1
        for (place, whole) in [either, claims, truths].enumerated() where whole > 0 {
            counts[first + 1 + place] += Int64((Double(both) / Double(whole) * Self.unit).rounded())
        }
    }

    /// Whether an answer says that the attribute has value number `value` of its own.
    private static func claims(_ answer: AttributeAnswer, _ value: Int) -> Bool {
        switch answer {
        case .yes: true
        case .value(let said): said == value
        case .no, .noColour: false
        }
    }

    /// Values that occur, and do not occur, on some picture: those over which the label-based mA is a mean.
    var decidableLabels: Int {
        (0..<values).count { counts[2 * attributes + 4 * $0] > 0 && counts[2 * attributes + 4 * $0 + 2] > 0 }
    }

    /// The accuracy of each attribute; nil where it is known of no picture.
    var accuracies: [Double?] {
        (0..<attributes).map { attribute in
            counts[attribute] > 0 ? Double(counts[attributes + attribute]) / Double(counts[attribute]) : nil
        }
    }

    /// The figures of all pictures that were added.
    var figures: AttributeFigures {
        func mean(_ terms: [Double]) -> Double { terms.isEmpty ? 0 : terms.reduce(0, +) / Double(terms.count) }
        let balanced: [Double] = (0..<values).compactMap { value in
            let c = counts[(2 * attributes + 4 * value)..<(2 * attributes + 4 * value + 4)].map(Double.init)
            return c[0] > 0 && c[2] > 0 ? (c[1] / c[0] + c[3] / c[2]) / 2 : nil
        }
        let first = 2 * attributes + 4 * values
        let pictures = Double(max(1, counts[first])) * Self.unit
        let instance = (1...3).map { Double(counts[first + $0]) / pictures }
        let (precision, recall) = (instance[1], instance[2])
        return AttributeFigures(
            attributeAccuracy: mean(accuracies.compactMap { $0 }), labelMA: mean(balanced),
            instanceAccuracy: instance[0],
            instancePrecision: precision, instanceRecall: recall,
            instanceF1: precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0)
    }
}

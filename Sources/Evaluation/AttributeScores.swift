internal import MPI
public import PersonData

/// Accuracy of each attribute, counted over pictures.
///
/// A picture counts for an attribute that is known of it. A person without a colour counts as wrong whatever is said, as
/// the official evaluation of Market-1501 does; one with several colours is right with any of them.
public struct AttributeScores: Sendable {
    private let table: AttributeTable
    private var correct: [String: [Int]] = [:]
    private var known: [Int]
    private var occurrences: [[AttributeAnswer: Int]]

    /// No picture yet.
    public init(_ table: AttributeTable) {
        self.table = table
        known = [Int](repeating: 0, count: table.attributes.count)
        occurrences = [[AttributeAnswer: Int]](repeating: [:], count: table.attributes.count)
    }

    /// Takes a picture's truth and what each method says of it.
    public mutating func add(_ labels: PersonLabels, _ readings: [(method: String, readings: [AttributeReading])]) {
        for attribute in table.attributes.indices {
            guard let truth = table.trueAnswers(of: attribute, labels) else { continue }
            known[attribute] += 1
            for answer in truth where answer != .noColour { occurrences[attribute][answer, default: 0] += 1 }
            for (method, said) in readings {
                let isRight = Self.isRight(said[attribute].answer, truth)
                correct[method, default: [Int](repeating: 0, count: known.count)][attribute] += isRight ? 1 : 0
            }
        }
    }

    /// Whether an answer counts as right.
    static func isRight(_ answer: AttributeAnswer, _ truth: Set<AttributeAnswer>) -> Bool {
        answer != .noColour && truth.contains(answer)
    }

    /// Adds what the other ranks counted; collective.
    mutating func sum(over world: Communicator, methods: [String]) throws {
        known = try Self.sum(known, world)
        for method in methods {
            correct[method] = try Self.sum(correct[method] ?? [Int](repeating: 0, count: known.count), world)
        }
        for attribute in table.attributes.indices {
            let answers = Self.answers(of: table, attribute)
            let counts = try Self.sum(answers.map { occurrences[attribute][$0] ?? 0 }, world)
            occurrences[attribute] = Dictionary(uniqueKeysWithValues: zip(answers, counts))
        }
    }

    /// Names of the attributes, in order.
    public var names: [String] { table.attributes.map(\.name) }

    /// The numbers of the usual eight of PETA's attributes; nil for other data.
    var usualAttributes: [Int]? { table.usualAttributes }

    /// Pictures of which each attribute is known.
    public var counts: [Int] { known }

    /// Share of right answers of `method`, an attribute each; nil where nothing is known.
    public func accuracy(_ method: String) -> [Double?] {
        let right = correct[method] ?? [Int](repeating: 0, count: known.count)
        return zip(right, known).map { $1 > 0 ? Double($0) / Double($1) : nil }
    }

    /// What the most frequent answer would reach on the same pictures.
    public var majority: [Double?] {
        zip(occurrences, known).map { $1 > 0 ? Double($0.values.max() ?? 0) / Double($1) : nil }
    }

    /// The plain mean over the attributes that are known of some picture.
    public static func mean(_ accuracies: [Double?]) -> Double {
        let known = accuracies.compactMap { $0 }
        return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    }

    private static func answers(of table: AttributeTable, _ attribute: Int) -> [AttributeAnswer] {
        let values = table.attributes[attribute]
        if case .binary = values.kind { return [.no, .yes] }
        return values.values.indices.map { .value($0) }
    }

    private static func sum(_ values: [Int], _ world: Communicator) throws -> [Int] {
        var sums = values.map { Int64($0) }
        try world.allReduce(&sums, .sum)
        return sums.map { Int($0) }
    }
}

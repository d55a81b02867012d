public import Foundation
public import MPI
public import PersonData

/// Attribute figures of predictions that something else made, on the gallery pictures of known people.
public struct PredictionResults: Sendable {
    /// One attribute: accuracy, that of the most frequent answer, and the pictures of which it is known.
    public struct Row: Sendable {
        /// Its name.
        public let name: String

        /// Nil where nothing is known.
        public let accuracy: AttributeInterval?, majority: Double?

        /// Pictures of which it is known.
        public let pictures: Int
    }

    /// The attributes in order.
    public let rows: [Row]

    /// The means by every protocol, with 95 % intervals; and the majority's plain mean.
    public let protocols: AttributeProtocols, majority: Double

    /// Pictures that were scored, and predictions that were not asked for.
    public let pictures: Int, ignored: Int

    /// Scores `file` against the labels of `data`, spread over ranks, on every rank; collective.
    ///
    /// Throws where a picture of the test has no prediction.
    public init(_ file: PredictionFile, _ data: PreparedFileReader, world: Communicator) throws {
        let test = data.knownGallery
        try world.agree { try Self.check(file, data, test) }
        var scores = AttributeScores(data.table)
        let identities = Set(test.map { data.personIDs[$0] }).sorted()
        var tallies = IdentityTallies(data.table, identities: identities, methods: [Self.method])
        for index in test[FeatureTable.share(test.count, rank: world.rank, of: world.count)] {
            let said = [(method: Self.method, readings: file.readings(of: data.names[index]) ?? [])]
            scores.add(data.labels(of: index), said)
            tallies.add(data.personIDs[index], data.labels(of: index), said)
        }
        try scores.sum(over: world, methods: [Self.method])
        try tallies.sum(over: world, methods: [Self.method])
        let majority = scores.majority
        let protocols = tallies.protocols(Self.method)
        rows = scores.names.indices.map {
            Row(
                name: scores.names[$0], accuracy: protocols.accuracies[$0], majority: majority[$0],
                pictures: scores.counts[$0])
        }
        self.protocols = protocols
        self.majority = AttributeScores.mean(majority)
        (pictures, ignored) = (test.count, file.count - test.count)
    }

    private static let method = "file"

    /// Throws where there is nothing to score, or a picture has no prediction.
    static func check(
        _ file: PredictionFile, _ data: PreparedFileReader, _ test: [Int]
    ) throws(PersonDataError) {
        if test.isEmpty { throw PersonDataError(data.path, "holds no gallery picture of a known person") }
        let missing = test.filter { file.readings(of: data.names[$0]) == nil }
        guard let first = missing.first else { return }
        throw PersonDataError(
            file.path,
            "lacks \(missing.count) of the \(test.count) gallery pictures of known people, such as \(data.names[first])"
        )
    }

    /// The figures as a table to read.
    public var table: String {
        func line(_ name: String, _ cells: [String]) -> String {
            TableCells.line(name, 30, Array(zip(cells, [22, 10]).map { (text: $0, width: $1) }))
        }
        let extra = ignored > 0 ? "; \(ignored) further predictions are not asked for" : ""
        var lines = [
            "Attributes: accuracy in % on \(pictures) gallery pictures\(extra)",
            line("", [TableCells.title("predictions [95 %]"), "majority"]),
        ]
        lines += rows.map { line($0.name, [TableCells.interval($0.accuracy), TableCells.percent($0.majority)]) }
        lines.append(line("mean", [TableCells.interval(protocols.accuracy), TableCells.percent(majority)]))
        if let usual = protocols.usual {
            lines.append(line("mean of usual 8", [TableCells.interval(usual)]))
            lines.append("usual 8: \(AttributeTable.petaUsual.joined(separator: " "))")
        }
        return (lines + [""] + ProtocolTable.lines([("predictions", protocols)])).joined(separator: "\n")
    }

    /// The figures as a JSON object.
    public func json() throws -> Data {
        var perAttribute: [String: [String: Double]] = [:]
        for row in rows {
            var values = ["pictures": Double(row.pictures)]
            values["accuracy"] = row.accuracy?.value
            values["low"] = row.accuracy?.low
            values["high"] = row.accuracy?.high
            values["majority"] = row.majority
            perAttribute[row.name] = values
        }
        var attributes: [String: Any] = [
            "mean": protocols.figures.attributeAccuracy, "majority": majority, "pictures": pictures,
            "perAttribute": perAttribute, "protocols": ["predictions": EvaluationResults.object(protocols)],
        ]
        if let usual = protocols.usual {
            attributes["usual"] = ["value": usual.value, "low": usual.low, "high": usual.high]
        }
        return try JSONSerialization.data(
            withJSONObject: ["attributes": attributes], options: [.prettyPrinted, .sortedKeys])
    }
}

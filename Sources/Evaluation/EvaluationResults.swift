public import Foundation

/// Re-identification after k-reciprocal re-ranking.
public struct RerankedResults: Sendable {
    /// How it was re-ranked.
    public let parameters: RerankingParameters

    /// By the column feature, and by FC0's output.
    public let columns: RetrievalSummary, identity: RetrievalSummary
}

/// All figures of an evaluation.
public struct EvaluationResults: Sendable {
    /// The attributes.
    public let attributes: AttributeResults

    /// Re-identification by the column feature, by FC0's output and by raw pixels.
    public let columns: RetrievalSummary, identity: RetrievalSummary, pixels: RetrievalSummary

    /// The first two after re-ranking; nil where nobody asked.
    public let reranked: RerankedResults?

    /// What a random order would reach.
    public let chance: (rank1: Double, meanAveragePrecision: Double)

    /// What they are made of.
    public let details: EvaluationDetails

    /// Whether FC0's figures lead, and not the columns'.
    public var isLedByIdentity = false

    /// Of the pictures that attributes are scored on, those of people who are in the training part of the data, too.
    public var trainedPictures = 0

    /// Pictures of the gallery, distractors among them.
    public let galleryPictures: Int

    /// What was published of the same data set; nil where it is another.
    public let published: PublishedFigures?

    /// Widths of the features by name, and further facts, for the JSON.
    public var facts: [String: String] = [:]

    /// Numbers of the training beside these: its last identity loss and what an untrained head would have.
    public var training: [String: Double] = [:]

    /// The figures as a JSON object.
    public func json() throws -> Data {
        var perAttribute: [String: [String: Double]] = [:]
        for row in attributes.rows {
            var values: [String: Double] = ["pictures": Double(row.pictures)]
            for (name, method) in [("beam", row.beam), ("ctc", row.ctc), ("steps", row.steps)] {
                values[name] = method?.value
                values[name + "Low"] = method?.low
                values[name + "High"] = method?.high
            }
            values["majority"] = row.majority
            perAttribute[row.name] = values
        }
        var reid: [String: Any] = Self.object(isLedByIdentity ? identity : columns)
        reid["feature"] = isLedByIdentity ? "fc0" : "columns"
        reid["columns"] = Self.object(columns)
        reid["chance"] = ["rank1": chance.rank1, "mAP": chance.meanAveragePrecision]
        reid["pixels"] = Self.object(pixels)
        reid["fc0"] = Self.object(identity)
        if let reranked {
            let parameters = reranked.parameters
            reid["reranked"] = [
                "columns": Self.object(reranked.columns), "fc0": Self.object(reranked.identity),
                "k1": parameters.k1, "k2": parameters.k2, "lambda": parameters.lambda,
            ]
        }
        reid["queries"] = columns.queries
        reid["queriesWithoutAnswer"] = columns.unanswerable
        reid["gallery"] = galleryPictures
        var usual: [String: Any] = [:]
        if let (places, majority) = attributes.usual {
            usual = ["attributes": places.map { attributes.rows[$0].name }, "majority": majority]
            for (name, protocols) in attributes.methods {
                usual[name] = protocols.usual.map { ["value": $0.value, "low": $0.low, "high": $0.high] }
            }
        }
        let object: [String: Any] = [
            "attributes": [
                "mean": attributes.mean, "ctcMean": attributes.ctcMean,
                "stepsMean": attributes.stepsMean, "majority": attributes.majority,
                "usual": usual, "picturesOfTrainedPeople": trainedPictures,
                "pictures": attributes.pictures, "perAttribute": perAttribute,
                "notLearned": attributes.rows.filter(\.isNotLearned).map(\.name),
                "protocols": Dictionary(
                    uniqueKeysWithValues: attributes.methods.map { ($0.name, Self.object($0.protocols)) }),
            ] as [String: Any],
            "reid": reid, "training": training, "facts": facts, "published": published?.object ?? [:],
        ]
        return try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
    }

    static func object(_ protocols: AttributeProtocols) -> [String: Any] {
        var object: [String: Any] = [
            "identities": protocols.identities, "replicates": protocols.replicates, "labels": protocols.labels,
        ]
        for row in AttributeFigures.rows {
            object[row.key] = [
                "value": protocols.figures[keyPath: row.path], "low": protocols.low[keyPath: row.path],
                "high": protocols.high[keyPath: row.path],
            ]
        }
        return object
    }

    static func object(_ summary: RetrievalSummary) -> [String: Any] {
        [
            "rank1": summary.rank1, "rank5": summary.rank5, "rank10": summary.rank10, "rank20": summary.rank20,
            "mAP": summary.meanAveragePrecision, "mAPHits": summary.meanHitPrecision,
            "mINP": summary.meanInversePenalty,
        ]
    }
}

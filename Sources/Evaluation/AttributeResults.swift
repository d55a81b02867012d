/// Accuracies of the attributes, beside the majority's.
public struct AttributeResults: Sendable {
    /// One attribute.
    public struct Row: Sendable {
        /// Its name.
        public let name: String

        /// Accuracy by beam search, by CTC, and by the probabilities of the beam's steps; nil where nothing is known.
        public let beam: AttributeInterval?, ctc: AttributeInterval?, steps: AttributeInterval?

        /// Accuracy of the most frequent answer.
        public let majority: Double?

        /// Pictures of which it is known.
        public let pictures: Int

        /// Whether all pictures have the same answer, so that nothing can be shown.
        public var isConstant: Bool { (majority ?? 0) >= 1 }

        /// Whether the better of beam search and CTC is above the majority by more than a point.
        public var isLearned: Bool {
            guard let beam, let ctc, let majority else { return false }
            return max(beam.value, ctc.value) > majority + 0.01
        }

        /// Whether it could have been learned, and was not.
        public var isNotLearned: Bool { beam != nil && !isConstant && !isLearned }
    }

    /// The attributes in order.
    public let rows: [Row]

    /// The plain mean of the majority's accuracies.
    public let majority: Double

    /// Numbers of the usual eight of PETA's attributes, and the plain mean of the majority's accuracies over them; nil for
    /// other data.
    public let usual: (attributes: [Int], majority: Double)?

    /// The means by every protocol, with 95 % intervals, by each way of reading.
    public let beamProtocols: AttributeProtocols, ctcProtocols: AttributeProtocols, stepsProtocols: AttributeProtocols

    /// These, by the names of the ways.
    var methods: [(name: String, protocols: AttributeProtocols)] {
        [("beam", beamProtocols), ("ctc", ctcProtocols), ("steps", stepsProtocols)]
    }

    /// Pictures of the test.
    public let pictures: Int

    /// Plain means over the attributes.
    public var mean: Double { beamProtocols.figures.attributeAccuracy }

    /// Likewise by CTC.
    public var ctcMean: Double { ctcProtocols.figures.attributeAccuracy }

    /// Likewise by the probabilities of the steps.
    public var stepsMean: Double { stepsProtocols.figures.attributeAccuracy }

    init(
        _ scores: AttributeScores, beam: AttributeProtocols, ctc: AttributeProtocols, steps: AttributeProtocols,
        pictures: Int
    ) {
        (beamProtocols, ctcProtocols, stepsProtocols) = (beam, ctc, steps)
        let majority = scores.majority
        rows = scores.names.indices.map {
            Row(
                name: scores.names[$0], beam: beam.accuracies[$0], ctc: ctc.accuracies[$0],
                steps: steps.accuracies[$0], majority: majority[$0], pictures: scores.counts[$0])
        }
        self.majority = AttributeScores.mean(majority)
        usual = scores.usualAttributes.map { places in
            (places, AttributeScores.mean(places.map { majority[$0] }))
        }
        self.pictures = pictures
    }
}

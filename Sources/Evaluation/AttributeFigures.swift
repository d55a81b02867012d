/// The figures by which attribute recognition is reported; each name is a protocol.
public struct AttributeFigures: Equatable, Sendable {
    /// Plain mean over the attributes of the accuracy of each: the paper's mean, "mA" of Market-1501 and DukeMTMC-reID.
    public var attributeAccuracy = 0.0

    /// Mean over binary labels, one a value of the table, of (TP/P + TN/N)/2: "mA" of PETA and RAP. A label that all
    /// pictures have, or none, does not count.
    public var labelMA = 0.0

    /// Mean over pictures of |true ∩ said| / |true ∪ said|, / |said| and / |true| (Li et al. 2016, RAP). Pictures without
    /// a true label do not count; one of which nothing is said has precision 0.
    public var instanceAccuracy = 0.0, instancePrecision = 0.0, instanceRecall = 0.0

    /// 2·precision·recall / (precision + recall) of the means.
    public var instanceF1 = 0.0

    /// A protocol: its key in results.json, its name in tables, and where its figure is.
    public struct Row: Sendable {
        /// The key.
        public let key: String

        /// The name.
        public let name: String

        /// The figure.
        public let path: KeyPath<AttributeFigures, Double> & Sendable
    }

    /// All protocols, the paper's first.
    public static let rows = [
        Row(key: "attributeAccuracy", name: "accuracy, mean of attributes", path: \.attributeAccuracy),
        Row(key: "labelMA", name: "label mA, (TP/P + TN/N)/2", path: \.labelMA),
        Row(key: "instanceAccuracy", name: "instance accuracy", path: \.instanceAccuracy),
        Row(key: "instancePrecision", name: "instance precision", path: \.instancePrecision),
        Row(key: "instanceRecall", name: "instance recall", path: \.instanceRecall),
        Row(key: "instanceF1", name: "instance F1", path: \.instanceF1),
    ]
}

/// A figure and its 95 % interval.
public struct AttributeInterval: Equatable, Sendable {
    /// What was measured, and 2.5 % and 97.5 % of the values of resampled identities.
    public let value: Double, low: Double, high: Double
}

/// A method's figures, each with its 95 % interval.
public struct AttributeProtocols: Sendable {
    /// What was measured.
    public let figures: AttributeFigures

    /// 2.5 % and 97.5 % of the figures of resampled identities.
    public let low: AttributeFigures, high: AttributeFigures

    /// The accuracy of each attribute in order; nil where it is known of no picture.
    public let accuracies: [AttributeInterval?]

    /// The mean accuracy of the usual eight of PETA's attributes (`AttributeTable.usualAttributes`); nil for other data.
    public let usual: AttributeInterval?

    /// Identities that were resampled, and how often.
    public let identities: Int, replicates: Int

    /// Labels over which the label-based mA is a mean.
    public let labels: Int

    /// The mean accuracy of attributes with its interval.
    var accuracy: AttributeInterval { interval(\.attributeAccuracy) }

    /// A figure with its interval.
    func interval(_ path: KeyPath<AttributeFigures, Double>) -> AttributeInterval {
        AttributeInterval(value: figures[keyPath: path], low: low[keyPath: path], high: high[keyPath: path])
    }
}

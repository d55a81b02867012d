public import Foundation

/// How often a classifier is right.
public struct ClassificationResults: Equatable, Sendable {
    /// Pictures that were classified.
    public var pictures = 0

    /// Pictures whose class has the largest score, and is among the five largest.
    public var top1Count = 0, top5Count = 0

    /// Sum of −ln p(class) over the pictures, by softmax.
    public var lossSum = 0.0

    /// Classes to choose from.
    public let classes: Int

    /// No pictures yet.
    public init(classes: Int) { self.classes = classes }

    /// Shares of the pictures, 0 to 1.
    public var top1: Double { Double(top1Count) / Double(max(pictures, 1)) }

    /// Shares of the pictures, 0 to 1.
    public var top5: Double { Double(top5Count) / Double(max(pictures, 1)) }

    /// Mean cross-entropy.
    public var loss: Double { lossSum / Double(max(pictures, 1)) }

    /// Counts a picture by the scores (logits) of its classes.
    ///
    /// Of equal scores the first class wins; a score that is no number is never right.
    public mutating func add(_ scores: UnsafeBufferPointer<Float>, target: Int) {
        precondition(scores.count == classes && scores.indices.contains(target), "class \(target) of \(classes)")
        let own = scores[target]
        let largest = scores.max() ?? 0
        let isSound = scores.allSatisfy(\.isFinite)
        let before = scores.indices.count { scores[$0] > own || (scores[$0] == own && $0 < target) }
        pictures += 1
        top1Count += isSound && before < 1 ? 1 : 0
        top5Count += isSound && before < 5 ? 1 : 0
        let sum = scores.reduce(0.0) { $0 + exp(Double($1 - largest)) }
        lossSum += log(sum) + Double(largest - own)
    }

    /// The figures as text, in columns, with what guessing would reach.
    public var table: String {
        func row(_ name: String, _ one: Double, _ five: Double) -> String {
            name.padding(toLength: 24, withPad: " ", startingAt: 0)
                + String(format: "%8.2f %%%8.2f %%", 100 * one, 100 * five)
        }
        return [
            "\(pictures) pictures of \(classes) classes, cross-entropy " + String(format: "%.4f", loss),
            "".padding(toLength: 24, withPad: " ", startingAt: 0) + "     top-1     top-5",
            row("classifier", top1, top5),
            row("chance", 1 / Double(classes), Double(min(5, classes)) / Double(classes)),
        ].joined(separator: "\n")
    }

    /// The figures as JSON.
    public func json(facts: [String: String]) throws -> Data {
        let object: [String: Any] = [
            "top1": top1, "top5": top5, "crossEntropy": loss, "pictures": pictures, "classes": classes, "facts": facts,
        ]
        return try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }
}

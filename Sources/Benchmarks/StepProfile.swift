internal import Layers

/// Where the time of a step goes, layer by layer: means over the measured steps.
public struct StepProfile: Sendable, Encodable {
    /// A layer, or a part of the model.
    public struct Row: Sendable, Encodable {
        /// The layer's path, or the part's name.
        public let name: String

        /// Seconds a step.
        public fileprivate(set) var forward = 0.0, backward = 0.0

        /// Seconds a step that belong to neither: Adam's, and the rest's.
        public fileprivate(set) var other = 0.0

        /// All three of the step's seconds, 0…1.
        public fileprivate(set) var share = 0.0

        /// 10⁹ operations a second of forward and backward, convolutions counted as direct ones; 0 without products.
        public fileprivate(set) var gflops = 0.0

        fileprivate var operations = 0.0

        /// Seconds a step.
        public var total: Double { forward + backward + other }

        fileprivate init(_ name: String) { self.name = name }

        fileprivate mutating func complete(stepSeconds: Double) {
            share = total / max(stepSeconds, 1e-12)
            gflops = operations / max(forward + backward, 1e-12) / 1e9
        }
    }

    /// Every layer in the order of forward.
    public let layers: [Row]

    /// The same by parts of the model; "rest" is what no layer reports: residual sums, positions, clearing of gradients.
    public let parts: [Row]

    /// A profile from what `clock` heard in steps of `stepSeconds`.
    init(_ clock: LayerClock, summary: [LayerSummary], microBatch: Int, stepSeconds: [Double]) {
        let (steps, mean) = (Double(stepSeconds.count), stepSeconds.reduce(0, +) / Double(stepSeconds.count))
        layers = clock.entries.map { entry in
            var row = Row(entry.name)
            row.forward = (entry.seconds[.forward] ?? 0) / steps
            row.backward = (entry.seconds[.backward] ?? 0) / steps
            row.other = (entry.seconds[.update] ?? 0) / steps
            row.operations =
                summary.filter { $0.name == entry.name || $0.name.hasPrefix(entry.name + ".") }
                .reduce(0) { $0 + Self.operations(of: $1, microBatch: microBatch) }
            row.complete(stepSeconds: mean)
            return row
        }
        var parts: [Row] = []
        for layer in layers {
            let name = Self.part(of: layer.name)
            let index = parts.firstIndex { $0.name == name } ?? parts.count
            if index == parts.count { parts.append(Row(name)) }
            parts[index].forward += layer.forward
            parts[index].backward += layer.backward
            parts[index].other += layer.other
            parts[index].operations += layer.operations
        }
        var rest = Row("rest")
        rest.other = max(0, mean - layers.reduce(0) { $0 + $1.total })
        for index in parts.indices { parts[index].complete(stepSeconds: mean) }
        rest.share = rest.other / max(mean, 1e-12)
        self.parts = parts + [rest]
    }

    /// Operations of a layer's products in a step: forward, weights' gradient, and the input's where one is needed.
    static func operations(of line: LayerSummary, microBatch: Int) -> Double {
        let passes = line.name == "cnn.conv1" ? 2.0 : 3.0
        return 2 * passes * Double(microBatch) * Double(line.multiplyAdds)
    }

    /// `cnn.layer1.0.conv2` belongs to `cnn.layer1`, `encoder.layers.3` to `encoder`.
    private static func part(of name: String) -> String {
        let words = name.split(separator: ".")
        return words.first == "cnn" && words.count > 1 ? "cnn.\(words[1])" : String(words.first ?? "")
    }
}

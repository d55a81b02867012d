internal import Kernels
public import Tensors

/// Max pooling 3×3, stride 2, padding 1. Shapes: [N, H, W, C] → [N, ⌈H/2⌉, ⌈W/2⌉, C].
public final class MaxPool: Layer {
    private let name: String
    private let context: LayerContext
    private let output: Slot
    private let winner: UnsafeMutablePointer<UInt8>

    /// A pooling of maps of the given extents.
    public init(_ name: String, height: Int, width: Int, channels: Int, _ context: LayerContext) {
        output = context.activation(
            MaxPooling.outputExtent(height), MaxPooling.outputExtent(width), channels)
        winner = .allocate(capacity: output.shape.count)
        (self.name, self.context) = (name, context)
    }

    deinit { winner.deallocate() }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        let result = output.prefix(input.shape[0])
        MaxPooling.forward(input, into: result, winner: winner, team: context.team)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let inputGradient else { return }
        MaxPooling.backward(outputGradient, winner: winner, into: inputGradient, team: context.team)
    }

    public var summary: [LayerSummary] {
        [
            LayerSummary(
                name: name, kind: "max pool 3×3, stride 2", output: Array(output.shape.array.dropFirst()),
                parameters: 0, multiplyAdds: 0)
        ]
    }
}

/// A map's columns, pooled over the height. Shapes: [N, H, T, C] → [N, T, C].
public final class ColumnPool: Layer {
    /// How the rows of a column become one.
    public enum Method: String, Sendable, Codable, CaseIterable { case mean, max }

    private let name: String
    private let method: Method
    private let context: LayerContext
    private let output: Slot
    private var input: Tensor?

    /// A pooling of maps with `columns` columns.
    public init(_ name: String, _ method: Method, columns: Int, channels: Int, _ context: LayerContext) {
        output = context.activation(columns, channels)
        (self.name, self.method, self.context) = (name, method, context)
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        self.input = input
        let result = output.prefix(input.shape[0])
        pool(input, into: result)
        return result
    }

    /// The columns of the maps that `makeMap` makes of up to `piece` pictures at a time, which may use the same memory: for
    /// inference, as nothing is kept for backward.
    public func forward(_ pictures: Tensor, piece: Int, _ makeMap: (Tensor) -> Tensor) -> Tensor {
        let count = pictures.shape[0], result = output.prefix(count)
        for first in stride(from: 0, to: count, by: piece) {
            let range = first..<min(first + piece, count)
            pool(makeMap(pictures.slice(range)), into: result.slice(range))
        }
        return result
    }

    private func pool(_ map: Tensor, into columns: Tensor) {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        switch method {
        case .mean: ColumnPooling.meanForward(map, into: columns, team: context.team)
        case .max: ColumnPooling.maxForward(map, into: columns, team: context.team)
        }
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let inputGradient, let input else { return }
        switch method {
        case .mean: ColumnPooling.meanBackward(outputGradient, into: inputGradient, team: context.team)
        case .max:
            ColumnPooling.maxBackward(
                outputGradient, map: input, columns: output.prefix(input.shape[0]), into: inputGradient,
                team: context.team)
        }
    }

    public var summary: [LayerSummary] {
        [
            LayerSummary(
                name: name, kind: "\(method.rawValue) over the height",
                output: Array(output.shape.array.dropFirst()), parameters: 0, multiplyAdds: 0)
        ]
    }
}

/// Batch normalisation as a layer of its own. Shapes: [N, T, C] → [N, T, C], or [N, C] → [N, C].
public final class BatchNormLayer: Layer {
    private let name: String
    private let norm: BatchNorm
    private let rectified: Bool
    private let context: LayerContext
    private let output: Slot
    private var input: Tensor?

    /// A normalisation of `rows` rows of `channels` a picture.
    public init(
        _ name: String, rows: Int, channels: Int, affine: Bool, rectified: Bool, _ context: LayerContext
    ) {
        norm = BatchNorm(name, channels: channels, affine: affine, context)
        output = context.activation(rows, channels)
        (self.name, self.rectified, self.context) = (name, rectified, context)
    }

    public func forward(_ input: Tensor, _ pass: Pass) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        self.input = input
        let result = output.prefix(input.shape[0])
        norm.forward(input, residual: nil, rectified: rectified, into: result, pass)
        return result
    }

    public func backward(_ outputGradient: Tensor, into inputGradient: Tensor?, _ pass: Pass) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        guard let input else { preconditionFailure("\(name): backward without forward") }
        norm.backward(outputGradient, x: input, rectified: rectified, into: inputGradient ?? outputGradient, pass)
        if let range = norm.range { context.parameters.finish(range) }
    }

    public var summary: [LayerSummary] {
        [
            LayerSummary(
                name: name, kind: "BN\(rectified ? ", ReLU" : "")",
                output: Array(output.shape.array.dropFirst()), parameters: norm.parameterCount, multiplyAdds: 0)
        ]
    }
}

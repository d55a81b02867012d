public import Kernels
internal import Layers
public import Model
public import Tensors

/// The convolutions of a backbone, each of its shapes once, by every method that can compute it.
public enum ConvolutionBenchmark {
    /// A shape, and how many layers have it.
    public struct Case: Sendable {
        /// The extents.
        public let geometry: ConvolutionGeometry

        /// Layers of the backbone with these extents.
        public let layers: Int

        /// `3×3 56×28 64→64`; a stride of rows follows as `/2`, one of both axes as `/2,2`.
        public var name: String {
            let g = geometry
            let both = g.strideWidth > 1 ? "/\(g.strideHeight),\(g.strideWidth)" : ""
            let stride = both.isEmpty && g.strideHeight > 1 ? "/\(g.strideHeight)" : both
            let map = "\(g.inputHeight)×\(g.inputWidth)"
            return "\(g.kernel)×\(g.kernel)\(stride) \(map) \(g.inputChannels)→\(g.outputChannels)"
        }

        /// Whether backward makes the input's gradient: pictures need none.
        var hasInputGradient: Bool { geometry.kernel == 1 || geometry.strideHeight * geometry.strideWidth == 1 }
    }

    /// A shape by a method.
    public struct Row: Sendable, Encodable {
        /// `patches` or `winograd`.
        public let method: String

        /// Layers of the backbone with these extents.
        public let layers: Int

        /// What was measured.
        public let passes: PassTiming
    }

    /// The distinct shapes of the backbone of `configuration`, in the order of forward.
    public static func cases(_ configuration: ModelConfiguration) -> [Case] {
        let all = Backbone(configuration, LayerContext(microBatch: 1, team: .solo)).convolutions
        var distinct: [ConvolutionGeometry] = []
        for geometry in all where !distinct.contains(geometry) { distinct.append(geometry) }
        return distinct.map { geometry in Case(geometry: geometry, layers: all.count { $0 == geometry }) }
    }

    /// Times a shape on `microBatch` pictures by each of its methods, in turn.
    public static func run(_ item: Case, microBatch: Int, runs: Int, team: WorkerTeam) -> [Row] {
        let g = item.geometry
        let (arena, scratch) = (Arena("convolution"), Scratch())
        let inputShape = Shape(microBatch, g.inputHeight, g.inputWidth, g.inputChannels)
        let outputShape = Shape(microBatch, g.outputHeight, g.outputWidth, g.outputChannels)
        let weightShape = Shape(g.outputChannels, g.kernel, g.kernel, g.inputChannels)
        let shapes = [inputShape, weightShape, outputShape, outputShape, weightShape, inputShape]
        let slots = shapes.map { arena.reserve($0) }
        arena.commit()
        let t = slots.map(\.tensor)
        for tensor in [t[0], t[1], t[3]] { tensor.fillForMeasuring() }
        let methods = Convolution.methods(for: g)
        let bodies: [() -> Void] = methods.flatMap { method -> [() -> Void] in
            let convolution = Convolution(g, method: method, scratch: scratch, team: team)
            return [
                { convolution.forward(t[0], weights: t[1], into: t[2]) },
                {
                    convolution.backward(
                        t[0], weights: t[1], outputGradient: t[3], weightGradient: t[4],
                        into: item.hasInputGradient ? t[5] : nil)
                },
            ]
        }
        let timings = Timing.measureInTurn(runs: runs, lasting: 0.02, bodies)
        let operations = 2 * Double(microBatch) * Double(g.multiplyAdds)
        return methods.enumerated().map { index, method in
            Row(
                method: method.rawValue, layers: item.layers,
                passes: PassTiming(
                    name: item.name, forward: timings[2 * index], backward: timings[2 * index + 1],
                    forwardOperations: operations, backwardOperations: operations * (item.hasInputGradient ? 2 : 1)))
        }
    }
}

import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// Holds a layer against golden values and against finite differences.
struct LayerCheck {
    let context: LayerContext
    let forward: (Tensor, Pass) -> Tensor
    let backward: (Tensor, Tensor, Pass) -> Void

    init(_ layer: some Layer, _ context: LayerContext) {
        self.context = context
        forward = { layer.forward($0, $1) }
        backward = { layer.backward($0, into: $1, $2) }
    }

    init(
        _ context: LayerContext, forward: @escaping (Tensor, Pass) -> Tensor,
        backward: @escaping (Tensor, Tensor, Pass) -> Void
    ) {
        (self.context, self.forward, self.backward) = (context, forward, backward)
    }

    static var training: Pass { .training(SampleRandomness(seed: 7, positions: (0..<64).map { 1000 + $0 })) }

    /// Takes the case's parameters, runs both passes, and compares everything that the case holds.
    ///
    /// `name` maps a parameter of ours to the case's.
    func matches(
        _ fixture: Fixture, bound: Double = 2e-5, hasInputGradient: Bool = true, name: (String) -> String,
        pass: Pass = training, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        context.commit(seed: 1)
        for parameter in context.parameters.parameters {
            try parameter.values.assign(fixture.parameter("parameters/" + name(parameter.name), parameter.layout))
        }
        let input = try fixture.tensor("input"), output = try fixture.values("output")
        let found = forward(input.view, pass)
        #expect(relativeError(found.array, output) < bound, "output", sourceLocation: sourceLocation)
        context.parameters.beginBackward(team: context.team)
        let gradient = try fixture.tensor("output_gradient")
        let inputGradient = TestTensor(input.view.shape.array)
        backward(gradient.view, inputGradient.view, pass)
        if hasInputGradient, try fixture.has("input_gradient") {
            let expected = try fixture.values("input_gradient")
            #expect(
                relativeError(inputGradient.view.array, expected) < bound, "input gradient",
                sourceLocation: sourceLocation)
        }
        for parameter in context.parameters.parameters {
            let expected = try fixture.parameter("gradients/" + name(parameter.name), parameter.layout)
            #expect(
                relativeError(parameter.gradient.array, expected.map(Double.init)) < bound,
                "gradient of \(parameter.name)", sourceLocation: sourceLocation)
        }
    }

    /// Compares the gradient of Σ w·y, w fixed, with central differences along random directions: a line for the input and
    /// for each parameter whose gradient is further off than `bound` times its size.
    ///
    /// Directions and not elements: in single precision one element's share drowns in rounding.
    func disagreements(
        input shape: [Int], pass: Pass = training, step: Float = 2e-3, bound: Double = 0.02
    ) -> [String] {
        context.commit(seed: 3)
        var random = RandomStream(seed: 11, .test)
        let input = TestTensor(shape, (0..<Shape(shape).count).map { _ in random.normal() })
        let y = forward(input.view, pass)
        let weights = TestTensor(y.shape.array, (0..<y.count).map { _ in random.normal() })
        let inputGradient = TestTensor(shape)
        context.parameters.beginBackward(team: context.team)
        let outputGradient = TestTensor(y.shape.array, weights.view.array)
        backward(outputGradient.view, inputGradient.view, pass)
        var places = [("input", input.view, inputGradient.view)]
        for parameter in context.parameters.parameters {
            places.append((parameter.name, parameter.values, parameter.gradient))
        }
        return places.compactMap { name, values, gradient in
            let start = values.array
            let direction = start.map { _ in random.chance(0.5) ? Float(1) : -1 }
            let analytic = zip(gradient.array, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            func objective(_ sign: Float) -> Double {
                values.assign(zip(start, direction).map { $0 + sign * step * $1 })
                let y = forward(input.view, pass).array
                return zip(y, weights.view.array).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            let numeric = (objective(1) - objective(-1)) / Double(2 * step)
            values.assign(start)
            let size = max(abs(analytic), gradient.array.reduce(0) { $0 + Double($1 * $1) }.squareRoot())
            let agrees = abs(numeric - analytic) < bound * max(size, 1e-3)
            return agrees ? nil : "\(name): differences \(numeric), backward \(analytic)"
        }
    }
}

extension Fixture {
    /// A parameter in our order: PyTorch's convolution kernels [O, I, k, k] become [O, k, k, I].
    func parameter(_ name: String, _ layout: ParameterStore.Layout) throws -> [Float] {
        let values = try values(name).map { Float($0) }
        guard layout == .ohwi else { return values }
        return outputHeightWidthInput(values, shape: try shape(name))
    }

    /// A context for as many pictures as the case's input has.
    func context(_ microBatch: Int? = nil) throws -> LayerContext {
        LayerContext(microBatch: try microBatch ?? shape("input")[0], team: .solo)
    }
}

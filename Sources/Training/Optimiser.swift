internal import Kernels
internal import Layers
internal import Tensors

/// Adam over a model's flat buffers, with the clip and the decay of the recipe.
final class Optimiser {
    /// m and v, at the places of the parameters.
    let firstMoment: Tensor, secondMoment: Tensor

    private let arena = Arena("Adam's moments")
    private let settings: TrainingSettings
    private let store: ParameterStore

    init(_ store: ParameterStore, _ settings: TrainingSettings) {
        let (m, v) = (arena.reserve(store.values.shape), arena.reserve(store.values.shape))
        arena.commit()
        (firstMoment, secondMoment) = (m.tensor, v.tensor)
        (self.store, self.settings) = (store, settings)
    }

    var bytes: Int { arena.bytes }

    /// A parameter's part of a moment.
    func part(_ moment: Tensor, of parameter: Parameter) -> Tensor {
        let start = parameter.range.lowerBound
        let row = moment.slice(start..<start + parameter.shape.count)
        return Tensor(row.pointer, parameter.shape)
    }

    /// A step at `rate`, with the clip that a gradient of the given norm needs.
    func update(rate: Double, norm: Double?) -> AdamUpdate {
        var update = AdamUpdate(learningRate: Float(rate))
        update.beta1 = settings.beta1
        update.beta2 = settings.beta2
        update.epsilon = Float(settings.epsilon)
        update.weightDecay = Float(settings.weightDecay)
        if let norm { update.gradientScale = Float(min(1, settings.gradientClip / (norm + 1e-6))) }
        return update
    }

    /// Applies `update` to the parameters of `range`, whose gradients are the store's.
    func apply(_ update: AdamUpdate, step: Int, _ range: Range<Int>, team: WorkerTeam) {
        apply(update, step: step, range, gradient: store.gradients.pointer + range.lowerBound, plus: nil, team: team)
    }

    /// Applies `update` to the parameters of `range`, whose gradients are those at `gradient`, plus those at `addend` where there
    /// are any.
    func apply(
        _ update: AdamUpdate, step: Int, _ range: Range<Int>, gradient: UnsafeMutablePointer<Float>,
        plus addend: UnsafeMutablePointer<Float>?, team: WorkerTeam
    ) {
        let shape = Shape(range.count)
        update.apply(
            step: step, values: store.values.slice(range), gradient: Tensor(gradient, shape),
            plus: addend.map { Tensor($0, shape) }, firstMoment: firstMoment.slice(range),
            secondMoment: secondMoment.slice(range), team: team)
    }

    /// Whether the gradient's norm is needed.
    var clips: Bool { settings.gradientClip > 0 }
}

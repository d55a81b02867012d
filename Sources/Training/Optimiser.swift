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
    private let team: WorkerTeam

    init(_ store: ParameterStore, _ settings: TrainingSettings, team: WorkerTeam) {
        let (m, v) = (arena.reserve(store.values.shape), arena.reserve(store.values.shape))
        arena.commit()
        (firstMoment, secondMoment) = (m.tensor, v.tensor)
        (self.store, self.settings, self.team) = (store, settings, team)
    }

    var bytes: Int { arena.bytes }

    /// A parameter's part of a moment.
    func part(_ moment: Tensor, of parameter: Parameter) -> Tensor {
        let start = parameter.range.lowerBound
        let row = moment.slice(start..<start + parameter.shape.count)
        return Tensor(row.pointer, parameter.shape)
    }

    /// One step; returns the gradient's norm before the clip, where a clip asks for it.
    func apply(step: Int, rate: Double) -> Double? {
        var update = AdamUpdate(learningRate: Float(rate))
        update.beta1 = settings.beta1
        update.beta2 = settings.beta2
        update.epsilon = Float(settings.epsilon)
        update.weightDecay = Float(settings.weightDecay)
        var norm: Double?
        if settings.gradientClip > 0 {
            let length = sumOfSquares(store.gradients, team: team).squareRoot()
            update.gradientScale = Float(min(1, settings.gradientClip / (length + 1e-6)))
            norm = length
        }
        update.apply(
            step: step, values: store.values, gradient: store.gradients, firstMoment: firstMoment,
            secondMoment: secondMoment, team: team)
        return norm
    }
}

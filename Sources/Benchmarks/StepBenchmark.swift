internal import Kernels
internal import Layers
public import Model
public import Tensors

/// One training step of a model on one rank: forward, losses, backward, Adam, on made-up pictures and labels.
public final class StepBenchmark {
    /// What is measured.
    public enum Part: String, Sendable, CaseIterable {
        /// The whole step.
        case all

        /// Forward and backward of the backbone alone, with the mean of its squared outputs as loss; no update.
        case cnn
    }

    /// Runs before the measured ones.
    public static let warmUps = 2

    private let model: JCM
    private let part: Part
    private let batch: TrainingBatch
    private let arena = Arena("benchmark")
    private let firstMoment: Tensor, secondMoment: Tensor
    private let team: WorkerTeam
    private var steps = 0

    /// A step of `configuration` with micro-batches of `microBatch` pictures and sequences of `sequenceLength` labels.
    public init(
        _ configuration: ModelConfiguration, labels: Int, identities: Int, sequenceLength: Int, microBatch: Int,
        part: Part, team: WorkerTeam
    ) {
        let dimensions = ModelDimensions(labels: labels, identities: identities, longestSequence: sequenceLength)
        let context = LayerContext(microBatch: microBatch, team: team)
        model = JCM(configuration, dimensions, context)
        let pictures = arena.reserve(Shape(microBatch, configuration.inputHeight, configuration.inputWidth, 3))
        let moments = part == .all ? context.parameters.bufferCount : 1
        let (m, v) = (arena.reserve(Shape(moments)), arena.reserve(Shape(moments)))
        arena.commit()
        context.commit(seed: 1)
        (firstMoment, secondMoment) = (m.tensor, v.tensor)
        var random = RandomStream(seed: 1, .test)
        for index in 0..<pictures.shape.count { pictures.tensor[index] = random.normal() }
        batch = TrainingBatch(
            pictures: pictures.tensor, identities: (0..<microBatch).map { $0 % identities },
            sequences: (0..<microBatch).map { _ in (1...sequenceLength).map { min($0, labels) } },
            knownTokens: Array(repeating: nil, count: microBatch), positions: (0..<microBatch).map { UInt64($0) })
        (self.part, self.team) = (part, team)
    }

    /// Runs one step.
    public func run() {
        steps += 1
        let context = model.context, store = context.parameters
        let pass = Pass.training(SampleRandomness(seed: 1, positions: batch.positions))
        store.beginBackward(team: team)
        switch part {
        case .all:
            _ = model.accumulateGradients(
                batch, globalBatch: batch.count, weights: LossWeights(identity: 4), pass)
            context.clock?.begin("Adam", .update)
            AdamUpdate(learningRate: 1e-4).apply(
                step: steps, values: store.values, gradient: store.gradients, firstMoment: firstMoment,
                secondMoment: secondMoment, team: team)
            context.clock?.end()
        case .cnn: model.runBackbone(batch.pictures, pass)
        }
    }

    /// Times `runs` steps after two of warm-up; `profiled`, also each layer of these steps.
    ///
    /// The first step finds out how much scratch memory it needs, the second one is the first to write to all of it.
    public func measure(runs: Int, profiled: Bool = false) -> (timing: Timing, profile: StepProfile?) {
        for _ in 0..<Self.warmUps { run() }
        let clock = profiled ? LayerClock() : nil
        model.context.clock = clock
        defer { model.context.clock = nil }
        let timing = Timing.measure(runs: runs, warmUps: 0) { run() }
        let profile = clock.map {
            StepProfile($0, summary: model.summary, microBatch: batch.count, stepSeconds: timing.seconds)
        }
        return (timing, profile)
    }

    /// Floating-point operations of a step's products: two a multiply-add, forward and both gradients, convolutions
    /// counted as direct ones; pictures have no gradient.
    public var operations: Double {
        let lines = model.summary.filter { part == .all || $0.name.hasPrefix("cnn.") }
        return lines.reduce(0) { $0 + StepProfile.operations(of: $1, microBatch: batch.count) }
    }

    /// What the step holds; scratch and the process's peak are known after the first step.
    public var memory: StepMemory {
        let context = model.context, floats = MemoryLayout<Float>.stride
        return StepMemory(
            parameters: context.parameters.bufferCount * floats, gradients: context.parameters.bufferCount * floats,
            moments: (firstMoment.count + secondMoment.count) * floats, activations: context.activations.bytes,
            scratch: context.scratch.bytes, pictures: batch.pictures.count * floats,
            peakResident: ProcessMemory.peakBytes)
    }
}

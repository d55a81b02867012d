internal import DataParallel
internal import Glibc
internal import Kernels
internal import Layers
internal import MPI
internal import Model
internal import PersonData
internal import Tensors

/// One step on all ranks: micro-batches forward and backward, the sum of their gradients, Adam, running statistics.
final class TrainingStep {
    let model: any TrainableModel
    let optimiser: Optimiser
    /// Pictures of a micro-batch, and how many of them this rank runs a step.
    let microBatch: Int, microBatches: Int

    private let recipe: Recipe
    private let world: Communicator
    private let loader: BatchLoader
    private let exchange: GradientExchange
    private let accumulator: MicroBatchAccumulator
    private let statisticsReducer: RankStatisticsReducer?
    private let lossWeights: LossWeights

    init(
        _ recipe: Recipe, _ model: any TrainableModel, _ data: PreparedFileReader, world: Communicator
    ) throws {
        let settings = recipe.training
        (microBatch, microBatches) = try RecipeCheck.microBatches(settings, ranks: world.count)
        let (store, team) = (model.context.parameters, model.context.team)
        (self.recipe, self.model, self.world) = (recipe, model, world)
        let node = try GradientExchange.nodeReducer(settings, store, world: world, team: team)
        optimiser = Optimiser(store, settings)
        loader = BatchLoader(data, recipe, microBatch: microBatch, team: team)
        accumulator = MicroBatchAccumulator(
            buffer: store.gradients, maximumMicroBatches: microBatches, team: team)
        exchange = try GradientExchange(
            settings, store, optimiser, accumulator, node: node, world: world, team: team)
        if settings.batchNorm == .global && world.count > 1 {
            let sum = node == nil ? nil : try NodeSum(world)
            sum?.meanwhile = { [exchange] in exchange.workAhead() }
            statisticsReducer = RankStatisticsReducer(try world.duplicate(), shared: sum)
        } else {
            statisticsReducer = nil
        }
        var weights = LossWeights(identity: Float(settings.lambda))
        weights.attributes = Float(settings.attributeWeight)
        weights.labelSmoothing = Float(settings.labelSmoothing)
        lossWeights = weights
    }

    /// Memory of Adam's moments and of the partial gradients, in bytes.
    var bytes: Int { optimiser.bytes + accumulator.bytes }

    /// How gradients are summed over ranks, for the log.
    var exchangeName: String { exchange.name }

    /// Whether the ranks have one copy of the parameters.
    var sharesParameters: Bool { exchange.sharesParameters }

    /// Gives every rank the state of rank 0: parameters, Adam's moments, running statistics; collective.
    func replicateState() throws {
        try exchange.replicate(over: world)
        try Replication.broadcast(model.context.parameters.running, over: world)
    }

    /// Readies the state for rank 0 to save: compares the replicas, so that no broken one is kept, and brings Adam's moments
    /// there, where ranks keep parts of them; collective.
    ///
    /// - Throws: `ReplicaMismatch`, `MPIError`.
    func collectState() throws {
        try exchange.verifyReplicas(over: world)
        try exchange.collectMoments()
    }

    /// Step number `step`, counted from 1; returns this rank's part of the losses, and the gradient's norm under a clip.
    func run(step: Int, rate: Double) throws -> (losses: LossParts, gradientNorm: Double?) {
        let store = model.context.parameters
        let share = recipe.training.globalBatch / world.count
        let first = UInt64((step - 1) * recipe.training.globalBatch + world.rank * share)
        var losses = LossParts()
        accumulator.begin()
        exchange.begin(step: step, rate: rate)
        clear(store.pending, team: .solo)
        for index in 0..<microBatches {
            let isLast = index == microBatches - 1
            let batch = loader.load(from: first + UInt64(index * microBatch), count: microBatch)
            let randomness = SampleRandomness(seed: UInt64(recipe.training.seed), positions: batch.positions)
            store.onFinal = isLast ? { [exchange] in exchange.finished(downTo: $0) } : nil
            store.beginBackward(team: model.context.team)
            losses =
                losses
                + model.accumulateGradients(
                    batch, globalBatch: recipe.training.globalBatch, weights: lossWeights,
                    .training(randomness, statisticsReducer: statisticsReducer))
            if !isLast { accumulator.add() }
        }
        let norm = try exchange.finish()
        try updateRunningStatistics()
        return (losses, norm)
    }

    /// running ← 0.9^G·running + what the step's G batches add, in their global order: the same on every rank, and the
    /// same as one rank would have.
    private func updateRunningStatistics() throws {
        let store = model.context.parameters
        let keep = 1 - BatchNorm.momentum
        var batches = microBatches
        if statisticsReducer == nil && world.count > 1 {
            scale(store.pending, by: pow(keep, Float(microBatches * (world.count - 1 - world.rank))), team: .solo)
            try world.allReduce(
                UnsafeMutableBufferPointer(start: store.pending.pointer, count: store.pending.count), .sum)
            batches *= world.count
        }
        scale(store.running, by: pow(keep, Float(batches)), team: .solo)
        add(store.pending, to: store.running, team: .solo)
    }
}

/// Batch normalisation over all ranks: the seam of `Layers` filled with MPI, or with the memory of one node.
final class RankStatisticsReducer: StatisticsReducer {
    private let communicator: Communicator
    private let shared: NodeSum?

    init(_ communicator: Communicator, shared: NodeSum?) { (self.communicator, self.shared) = (communicator, shared) }

    var rankCount: Int { communicator.count }

    func sum(_ totals: ChannelTotals) {
        if let shared { return shared.sum(totals) }
        do {
            try communicator.allReduce(totals, .sum)
        } catch {
            // A layer has no way to go on without the sum, and the other ranks wait: the job ends here.
            fatalError("batch normalisation over \(rankCount) ranks: \(error)")
        }
    }
}

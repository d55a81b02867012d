internal import DataParallel
internal import Kernels
internal import Layers
internal import MPI
internal import Tensors

/// From the ranks' gradients to parameters that are again the same on all: by messages, or in a node's shared memory.
///
/// By messages, buckets are summed as backward fills them and every rank updates all parameters. In shared memory nothing
/// travels, and each rank updates its stripes of the one copy while backward goes on; both give the same bits.
final class GradientExchange {
    private let optimiser: Optimiser
    private let accumulator: MicroBatchAccumulator
    private let values: Tensor, gradients: Tensor
    private let team: WorkerTeam
    private let way: Way
    private var step = 0, rate = 0.0, unfinished = 0

    private enum Way {
        case messages(GradientReducer, overlap: Bool, ranks: Int)
        case node(NodeReducer)
    }

    /// The reducer in shared memory, with values and gradients of `store` moved there, where all ranks are on one node and the
    /// recipe leaves the choice; collective.
    static func nodeReducer(
        _ settings: TrainingSettings, _ store: ParameterStore, world: Communicator, team: WorkerTeam
    ) throws -> NodeReducer? {
        guard world.count > 1, settings.overlap == .auto, settings.reduction == .tree, try world.nodeCount() == 1,
            let reducer = try NodeReducer(world, count: store.bufferCount, grain: squaresBlock, team: team)
        else { return nil }
        try reducer.take(store.values)
        store.share(values: reducer.values, gradients: reducer.gradients, heldBy: reducer)
        return reducer
    }

    init(
        _ settings: TrainingSettings, _ store: ParameterStore, _ optimiser: Optimiser,
        _ accumulator: MicroBatchAccumulator, node: NodeReducer?, world: Communicator, team: WorkerTeam
    ) throws {
        (self.optimiser, self.accumulator, self.team) = (optimiser, accumulator, team)
        (values, gradients) = (store.values, store.gradients)
        if let node {
            way = .node(node)
            return
        }
        let overlap =
            switch settings.overlap {
            case .on: true
            case .off: false
            // On one node every core computes: a thread for the reduction would take one from the kernels.
            case .auto: try world.nodeCount() > 1
            }
        let reducer = try GradientReducer(
            communicator: world, buffer: store.gradients, bucketBytes: settings.bucketMegabytes << 20,
            algorithm: settings.reduction, overlap: overlap, accumulator: accumulator, team: team)
        way = .messages(reducer, overlap: overlap, ranks: world.count)
    }

    /// What the log says of it.
    var name: String {
        switch way {
        case .messages(_, _, ranks: 1): "on this rank alone"
        case .messages(_, let overlap, _): "by messages, \(overlap ? "beside" : "within") backward"
        case .node: "in the node's shared memory, each rank updates its part of the parameters"
        }
    }

    /// Whether the ranks have one copy of the parameters.
    var sharesParameters: Bool { if case .node = way { true } else { false } }

    /// Starts step number `step`, with Adam's rate.
    func begin(step: Int, rate: Double) {
        (self.step, self.rate, unfinished) = (step, rate, values.count)
        switch way {
        case .messages(let reducer, _, _): reducer.begin()
        case .node(let reducer):
            // Under a clip no value changes before the norm of all gradients is known.
            guard !optimiser.clips else { return reducer.begin() }
            let update = optimiser.update(rate: rate, norm: nil)
            reducer.begin { [optimiser] in
                optimiser.apply(update, step: step, $0, gradient: $1, plus: $2, team: .solo)
            }
        }
    }

    /// Says that the last micro-batch's gradients from `offset` on are final.
    func finished(downTo offset: Int) {
        switch way {
        case .messages(let reducer, _, _): reducer.finished(downTo: offset)
        case .node(let reducer):
            accumulator.combine(offset..<unfinished)
            unfinished = offset
            reducer.finished(downTo: offset)
        }
    }

    /// A little of the step's sums and updates, for a rank that waits for others; whether there was anything to do.
    func workAhead() -> Bool {
        if case .node(let reducer) = way { reducer.workAhead() } else { false }
    }

    /// What is left of the sums and of Adam's step; returns the gradient's norm where a clip asks for it.
    func finish() throws -> Double? {
        var norm: Double?
        switch way {
        case .messages(let reducer, _, _):
            try reducer.finish()
            if optimiser.clips { norm = sumOfSquares(gradients, team: team).squareRoot() }
            let update = optimiser.update(rate: rate, norm: norm)
            optimiser.apply(update, step: step, 0..<values.count, team: team)
        case .node(let reducer):
            reducer.finish()
            if optimiser.clips {
                let squares = reducer.own.map { partialSumsOfSquares(gradients.slice($0), team: team) }
                norm = try reducer.gather(squares).reduce(0, +).squareRoot()
                let update = optimiser.update(rate: rate, norm: norm)
                reducer.update { optimiser.apply(update, step: step, $0, team: .solo) }
            }
        }
        return norm
    }

    /// Gives every rank the parameters and Adam's moments of rank 0; in shared memory the parameters are there already, and of
    /// the moments each rank gets its stripes; collective.
    func replicate(over world: Communicator) throws {
        switch way {
        case .messages:
            for buffer in [values, optimiser.firstMoment, optimiser.secondMoment] {
                try Replication.broadcast(buffer, over: world)
            }
        case .node(let reducer):
            for moment in [optimiser.firstMoment, optimiser.secondMoment] { try reducer.distribute(moment) }
            try world.barrier()
        }
    }

    /// Compares the ranks' parameters, where there is more than one copy; collective.
    ///
    /// - Throws: `ReplicaMismatch`, `MPIError`.
    func verifyReplicas(over world: Communicator) throws {
        if case .messages = way { try Replication.verify(values, named: "parameters", over: world, team: team) }
    }

    /// Brings Adam's moments to rank 0, where ranks keep stripes of them; collective.
    func collectMoments() throws {
        guard case .node(let reducer) = way else { return }
        for moment in [optimiser.firstMoment, optimiser.secondMoment] { try reducer.collect(moment) }
    }
}

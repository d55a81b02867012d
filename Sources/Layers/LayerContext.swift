public import Kernels
public import Tensors

/// What layers are built in: where their parameters and activations lie, and who computes.
public final class LayerContext {
    /// Parameters and running statistics.
    public let parameters = ParameterStore()

    /// What forward keeps for backward; lives through the step.
    public let activations = Arena("activations")

    /// What lives no longer than a call.
    public let scratch = Scratch()

    /// The threads.
    public let team: WorkerTeam

    /// The most pictures that one forward pass takes.
    public let microBatch: Int

    /// Hears how long each layer takes, where somebody wants to know.
    public var clock: LayerClock?

    private var sites: UInt32 = 0

    /// A context for micro-batches of up to `microBatch` pictures.
    public init(microBatch: Int, team: WorkerTeam) {
        precondition(microBatch >= 1, "a micro-batch of \(microBatch) pictures")
        self.microBatch = microBatch
        self.team = team
    }

    /// Takes the memory of all that was registered; parameters begin as `seed` says.
    public func commit(seed: UInt64) {
        parameters.commit(seed: seed)
        activations.commit()
    }

    /// An activation of `extents` a picture.
    func activation(_ extents: Int...) -> Slot { activations.reserve(Shape([microBatch] + extents)) }

    /// A dropout with a number of its own; numbers follow the order of building.
    func dropout(_ probability: Float) -> Dropout {
        sites += 1
        return Dropout(probability: probability, site: sites)
    }
}

/// How a forward pass is meant.
public struct Pass {
    /// In training, batches are normalised by themselves and dropout acts; in inference neither.
    public let isTraining: Bool

    /// Whose random numbers each picture uses; needed in training only.
    public let randomness: SampleRandomness

    /// Adds channel totals over ranks, where batch normalisation spans them.
    public let statisticsReducer: (any StatisticsReducer)?

    /// Whose rows those of sequences [R, D] are; nil where sequences are of one length, [N, L, D].
    public private(set) var rows: SequenceRows?

    /// Inference.
    public static var inference: Pass {
        Pass(isTraining: false, randomness: SampleRandomness(seed: 0, positions: []), statisticsReducer: nil)
    }

    /// Training with the random numbers of `randomness`.
    public static func training(
        _ randomness: SampleRandomness, statisticsReducer: (any StatisticsReducer)? = nil
    ) -> Pass {
        Pass(isTraining: true, randomness: randomness, statisticsReducer: statisticsReducer)
    }

    /// The same pass over sequences [R, D] that have `rows`.
    public func over(_ rows: SequenceRows) -> Pass {
        var copy = self
        copy.rows = rows
        return copy
    }

    /// Whose rows those of `x` are, [N, L, D] or [R, D].
    func rows(of x: Tensor) -> SequenceRows {
        guard x.shape.rank == 2 else { return SequenceRows(count: x.shape[0], length: x.shape[1]) }
        guard let rows, rows.total == x.shape[0] else {
            preconditionFailure("rows \(x.shape), \(rows?.total ?? 0) of sequences: `Pass.over` says whose they are")
        }
        return rows
    }
}

extension Dropout {
    /// Masks `x`, of pictures or of the pass's sequences, where training goes on.
    func apply(_ x: Tensor, _ pass: Pass, team: WorkerTeam) {
        if pass.isTraining { apply(x, pass.randomness, rows: pass.rows, team: team) }
    }
}

/// Sums channel totals over all ranks, so that a batch is normalised as a whole: the seam behind which MPI lies.
public protocol StatisticsReducer {
    /// How many ranks add.
    var rankCount: Int { get }

    /// totals = Σ over ranks of totals, on every rank.
    func sum(_ totals: ChannelTotals)
}

extension StatisticsReducer {
    /// Sums both at once, for what several wait for.
    func sum(_ first: ChannelTotals, _ second: ChannelTotals) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: first.count + second.count) { both in
            let parts = [(first, 0..<first.count), (second, first.count..<both.count)]
            for (totals, place) in parts { _ = both[place].update(fromContentsOf: totals) }
            sum(both)
            for (totals, place) in parts { _ = totals.update(fromContentsOf: both[place]) }
        }
    }
}

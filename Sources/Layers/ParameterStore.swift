internal import Kernels
public import Tensors

/// All parameters of a model in one buffer of values and one of gradients, in the order in which forward uses them;
/// beside them the running statistics of its normalisations.
///
/// Layers register their parameters by name, then `commit` takes the memory. Adam is one pass over the buffers, a
/// bucket of the all-reduce is a range, a checkpoint is names, shapes and the buffer.
public final class ParameterStore {
    /// What a parameter is, for rates and decays that differ.
    public enum Kind: String, Sendable { case weight, bias, norm, embedding }

    /// How a parameter's elements lie, where PyTorch's order is another.
    public enum Layout: String, Sendable {
        /// As PyTorch.
        case plain

        /// Convolution kernels [O, k, k, I]; PyTorch has [O, I, k, k].
        case ohwi = "OHWI"
    }

    /// The parameters in order.
    public private(set) var parameters: [Parameter] = []

    /// The running statistics in order.
    public private(set) var statistics: [Statistic] = []

    private let valueArena = Arena("parameters")
    private let gradientArena = Arena("gradients")
    private let runningArena = Arena("running statistics")
    private let pendingArena = Arena("statistics of the step")
    private var names: Set<String> = []
    private var watermark = 0

    /// Hears how far from the end the gradients are final; set by the training step.
    public var onFinal: ((Int) -> Void)?

    /// An empty store.
    public init() {}

    /// Registers a parameter.
    public func add(
        _ name: String, _ shape: Shape, _ kind: Kind, _ initialisation: Initialisation, layout: Layout = .plain
    ) -> Parameter {
        precondition(names.insert(name).inserted, "parameter \(name) registered twice")
        let value = valueArena.reserve(shape)
        let parameter = Parameter(
            name: name, kind: kind, layout: layout, initialisation: initialisation, slot: value,
            gradientSlot: gradientArena.reserve(shape), range: value.offset..<valueArena.reservedCount)
        parameters.append(parameter)
        return parameter
    }

    /// Registers a running statistic of `count` channels that begins as `initial`.
    public func addStatistic(_ name: String, count: Int, initial: Float) -> Statistic {
        precondition(names.insert(name).inserted, "statistic \(name) registered twice")
        let statistic = Statistic(
            name: name, initial: initial, runningSlot: runningArena.reserve(Shape(count)),
            pendingSlot: pendingArena.reserve(Shape(count)))
        statistics.append(statistic)
        return statistic
    }

    /// Takes the memory and gives every parameter its first value, which depends on its name and `seed` alone.
    public func commit(seed: UInt64) {
        for arena in [valueArena, gradientArena, runningArena, pendingArena] { arena.commit() }
        for parameter in parameters {
            parameter.initialisation.fill(parameter.values, name: parameter.name, seed: seed)
        }
        for statistic in statistics { statistic.running.fill(statistic.initial) }
    }

    /// All values as one row; between parameters may lie padding, which stays zero.
    public var values: Tensor { valueArena.whole }

    /// All gradients as one row, at the same places.
    public var gradients: Tensor { gradientArena.whole }

    /// Moves values and gradients to memory of `bufferCount` floats each, which `owner` holds: to share it with others. The
    /// values must be there already.
    ///
    /// To be called before anything takes the tensor of a value or of a gradient.
    public func share(
        values: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, heldBy owner: AnyObject
    ) {
        valueArena.move(to: values, heldBy: owner)
        gradientArena.move(to: gradients, heldBy: owner)
    }

    /// All running statistics as one row.
    public var running: Tensor { runningArena.whole }

    /// What this step's batches add to the running statistics, at the same places.
    public var pending: Tensor { pendingArena.whole }

    /// Elements of all parameters, without padding.
    public var elementCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

    /// Floats of the value buffer, padding included.
    public var bufferCount: Int { valueArena.reservedCount }

    /// Prepares for a backward pass: sets the gradients that layers add to (all but those of weights, which they
    /// overwrite) to zero, and the watermark to the end of the buffer.
    public func beginBackward(team: WorkerTeam) {
        for parameter in parameters where parameter.kind != .weight { clear(parameter.gradient, team: team) }
        watermark = bufferCount
    }

    /// Takes the gradients behind `offset` as final without a backward pass of their layers, as where a part of a model
    /// runs alone.
    public func skipBackward(to offset: Int) {
        precondition(offset <= watermark, "skipped to \(offset), while the watermark is at \(watermark)")
        watermark = offset
    }

    /// Says that the gradients of `range` are final. Layers finish in the reverse order of their registration, so one
    /// number, the watermark, says what is final; a layer out of order is a crash in the first step.
    public func finish(_ range: Range<Int>) {
        precondition(
            range.upperBound == watermark, "gradients \(range) finished, while the watermark is at \(watermark)")
        watermark = range.lowerBound
        onFinal?(watermark)
    }
}

/// A parameter's place in a `ParameterStore`.
public struct Parameter {
    /// Its path, the same in checkpoint, log and PyTorch.
    public let name: String

    /// What it is.
    public let kind: ParameterStore.Kind

    /// The order of its elements.
    public let layout: ParameterStore.Layout

    let initialisation: Initialisation
    let slot: Slot
    let gradientSlot: Slot

    /// Its floats in the buffers, padding included.
    public let range: Range<Int>

    /// Its extents.
    public var shape: Shape { slot.shape }

    /// Its values.
    public var values: Tensor { slot.tensor }

    /// Its gradient: backward overwrites that of a weight, and adds to all others.
    public var gradient: Tensor { gradientSlot.tensor }
}

/// A running statistic's place in a `ParameterStore`.
public struct Statistic {
    /// Its path, as PyTorch's buffer.
    public let name: String

    let initial: Float
    let runningSlot: Slot
    let pendingSlot: Slot

    /// Number of channels.
    public var count: Int { runningSlot.shape.count }

    /// What inference uses.
    public var running: Tensor { runningSlot.tensor }

    /// What this step's batches add.
    public var pending: Tensor { pendingSlot.tensor }
}

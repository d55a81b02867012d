internal import Kernels
public import Tensors

/// Adam over flat arrays, beside a pass of the same traffic and next to no arithmetic: the machine's streaming bandwidth.
public struct AdamBenchmark: Sendable, Encodable {
    /// Floats of each array.
    public let parameters: Int

    /// Seconds of an update, and of the bare pass over the same arrays.
    public let update: Timing, stream: Timing

    /// 10⁹ bytes a second of the update: 28 bytes a parameter, θ, g, m and v read, θ, m and v written.
    public let gigabytesPerSecond: Double

    /// 10⁹ bytes a second of the bare pass.
    public let streamingGigabytesPerSecond: Double

    /// The update's speed in percent of the bare pass's.
    public let percentOfStreaming: Double

    /// Parameters of the paper's model.
    public static let paperParameters = 276_000_000

    /// Times both in turn on `parameters` parameters; takes 16 bytes of memory for each.
    public static func run(parameters: Int, runs: Int, team: WorkerTeam) -> AdamBenchmark {
        let arena = Arena("Adam")
        let slots = arena.reserveApart(4, count: parameters)
        arena.commit()
        let t = slots.map(\.tensor)
        for tensor in t { tensor.fill(1e-3) }
        var step = 0
        let timings = Timing.measureInTurn(
            runs: runs,
            [
                {
                    step += 1
                    AdamUpdate(learningRate: 1e-4).apply(
                        step: step, values: t[0], gradient: t[1], firstMoment: t[2], secondMoment: t[3], team: team)
                },
                {
                    PeakLoops.stream(
                        values: t[0], gradient: t[1], firstMoment: t[2], secondMoment: t[3], team: team)
                },
            ])
        let bytes = Bandwidth.streamingBytes * Double(parameters)
        return AdamBenchmark(
            parameters: parameters, update: timings[0], stream: timings[1],
            gigabytesPerSecond: timings[0].gigaRate(bytes),
            streamingGigabytesPerSecond: timings[1].gigaRate(bytes),
            percentOfStreaming: 100 * timings[1].median / max(timings[0].median, 1e-12))
    }
}

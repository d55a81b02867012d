/// How long something took: the median of several runs after warm-up, and how far they spread.
public struct Timing: Sendable, Encodable {
    /// Seconds of each run, ascending.
    public let seconds: [Double]

    /// A timing of at least one run.
    public init(seconds: [Double]) {
        precondition(!seconds.isEmpty, "a timing without runs")
        self.seconds = seconds.sorted()
    }

    /// Half of the runs were faster; between the middle two of an even number.
    public var median: Double { (seconds[(seconds.count - 1) / 2] + seconds[seconds.count / 2]) / 2 }

    /// The fastest run.
    public var fastest: Double { seconds[0] }

    /// (slowest − fastest) / median.
    public var spread: Double { median > 0 ? (seconds[seconds.count - 1] - seconds[0]) / median : 0 }

    /// 10⁹ operations a second, of `operations` a run.
    public func gigaRate(_ operations: Double) -> Double { operations / max(median, 1e-12) / 1e9 }

    /// Runs `body` `warmUps` times unmeasured and `runs` times measured.
    public static func measure(runs: Int = 7, warmUps: Int = 1, _ body: () throws -> Void) rethrows -> Timing {
        for _ in 0..<warmUps { try body() }
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<max(1, runs) { seconds.append(try clock.measure(body) / .seconds(1)) }
        return Timing(seconds: seconds)
    }

    /// Times several bodies in turn, A B C A B C: what slows the machine for a while slows all of them.
    ///
    /// Each is repeated in a run until it has lasted about `lasting` seconds; seconds are of one call. With 0, bodies run
    /// once a turn, and may depend on each other's order.
    public static func measureInTurn(
        runs: Int = 7, warmUps: Int = 1, lasting: Double = 0, _ bodies: [() -> Void]
    ) -> [Timing] {
        for _ in 0..<warmUps { for body in bodies { body() } }
        let repeats = bodies.map { body in
            lasting > 0 ? max(1, Int(lasting / max(measure(runs: 3, warmUps: 1, body).median, 1e-7))) : 1
        }
        let clock = ContinuousClock()
        var seconds = [[Double]](repeating: [], count: bodies.count)
        for _ in 0..<max(1, runs) {
            for (index, body) in bodies.enumerated() {
                let time = clock.measure { for _ in 0..<repeats[index] { body() } }
                seconds[index].append(time / .seconds(1) / Double(repeats[index]))
            }
        }
        return seconds.map(Timing.init)
    }

    private enum Key: String, CodingKey { case median, fastest, spread, runs }

    /// {"median": s, "fastest": s, "spread": share, "runs": count}.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(median, forKey: .median)
        try container.encode(fastest, forKey: .fastest)
        try container.encode(spread, forKey: .spread)
        try container.encode(seconds.count, forKey: .runs)
    }
}

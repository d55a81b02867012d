internal import Foundation

/// How long something took: the median of several runs after warm-up, and how far they spread.
public struct Timing: Sendable {
    /// Seconds of each run, ascending.
    public let seconds: [Double]

    /// Half of the runs were faster.
    public var median: Double { seconds[seconds.count / 2] }

    /// (slowest − fastest) / median.
    public var spread: Double { (seconds[seconds.count - 1] - seconds[0]) / median }

    /// Runs `body` `warmUps` times unmeasured and `runs` times measured.
    public static func measure(runs: Int = 7, warmUps: Int = 1, _ body: () throws -> Void) rethrows -> Timing {
        for _ in 0..<warmUps { try body() }
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<max(1, runs) { seconds.append(try clock.measure(body) / .seconds(1)) }
        return Timing(seconds: seconds.sorted())
    }

    /// A timing of short work: `body` is repeated in each run until a run takes about 20 ms; seconds are of one call.
    public static func measureShort(runs: Int = 7, _ body: () -> Void) -> Timing {
        let once = measure(runs: 3, warmUps: 2, body).median
        let repeats = max(1, Int(0.02 / max(once, 1e-7)))
        let timing = measure(runs: runs, warmUps: 0) { for _ in 0..<repeats { body() } }
        return Timing(seconds: timing.seconds.map { $0 / Double(repeats) })
    }
}

internal import Benchmarks
internal import Foundation

/// Numbers as tables show them.
enum Figures {
    /// `12.34`
    static func fixed(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

    /// Milliseconds with three significant digits: `0.123`, `1.23`, `12.3`, `123`.
    static func milliseconds(_ seconds: Double) -> String {
        let value = seconds * 1000
        return fixed(value, value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0)
    }

    /// A share in percent: `12.3`.
    static func percent(_ share: Double) -> String { fixed(100 * share) }

    /// Bytes as MB of 2²⁰.
    static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576) }

    /// Bytes as GiB.
    static func gibibytes(_ bytes: Int) -> Double { Double(bytes) / 1_073_741_824 }

    /// The columns of a pass: ms, spread %, GFLOP/s, % of peak.
    static func pass(_ timing: Timing, _ gflops: Double, _ machine: Machine) -> [String] {
        [
            milliseconds(timing.median), percent(timing.spread), fixed(gflops),
            fixed(machine.percentOfPeak(gflops), 0),
        ]
    }
}

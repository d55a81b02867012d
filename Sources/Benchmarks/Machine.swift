internal import Foundation
internal import Kernels
public import Tensors

/// What this machine can do at best with a team, measured: products are held against it.
public struct Machine: Sendable, Encodable {
    /// The processor's name for itself.
    public let processor: String

    /// Floats of a SIMD register at the level of this build.
    public let lanes: Int

    /// The library behind the products that are not our own.
    public let blas: String

    /// Threads of the team.
    public let threads: Int

    /// 10⁹ floating-point operations a second of all threads: multiply-adds in the registers of one, times their number.
    public let peakGflops: Double

    /// Measures the multiply-add peak on the calling thread: the fastest of `runs` runs of `rounds` rounds, 2 to 3 ns
    /// each.
    public static func measure(team: WorkerTeam, runs: Int = 200, rounds: Int = 250_000) -> Machine {
        var sink: Float = 0
        let timing = Timing.measure(runs: runs, warmUps: 2) {
            sink += PeakLoops.multiplyAdds(rounds: rounds, factor: 0.5, term: 1)
        }
        precondition(sink.isFinite, "chains of multiply-adds that do not converge")
        let oneThread = PeakLoops.operations(rounds: rounds) / max(timing.fastest, 1e-12) / 1e9
        return Machine(
            processor: processorName, lanes: PeakLoops.lanes, blas: BLAS.description, threads: team.count,
            peakGflops: oneThread * Double(team.count))
    }

    /// `gflops` in percent of the peak.
    public func percentOfPeak(_ gflops: Double) -> Double { 100 * gflops / peakGflops }

    /// One line: "Intel(R) Xeon(R), 16 lanes, OpenBLAS SkylakeX; peak 170.2 GFLOP/s on 1 thread".
    public var description: String {
        let peak = String(format: "%.1f GFLOP/s", peakGflops)
        return "\(processor), \(lanes) lanes, \(blas); peak \(peak) on \(threads) thread\(threads == 1 ? "" : "s")"
    }

    private static var processorName: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
    }
}

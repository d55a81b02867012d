internal import Kernels
public import Tensors

/// How fast a team reads and writes memory that no cache holds, in 10⁹ bytes a second.
public struct Bandwidth: Sendable, Encodable {
    /// With Adam's traffic: 4 reads and 3 writes an element.
    public let streaming: Double

    /// Of a plain copy by the C library: 1 read and 1 write an element.
    public let copy: Double

    /// Bytes of an element's 4 reads and 3 writes.
    public static let streamingBytes = 28.0

    /// Bytes of an element's read and write in a copy.
    public static let copyBytes = 8.0

    /// Measures both on four arrays of `megabytes` each, by the medians of `runs`.
    public static func measure(team: WorkerTeam, megabytes: Int = 256, runs: Int = 5) -> Bandwidth {
        let count = max(1, megabytes) << 18
        let arena = Arena("bandwidth")
        let slots = arena.reserveApart(4, count: count)
        arena.commit()
        let arrays = slots.map(\.tensor)
        let timings = Timing.measureInTurn(
            runs: runs,
            [
                {
                    PeakLoops.stream(
                        values: arrays[0], gradient: arrays[1], firstMoment: arrays[2], secondMoment: arrays[3],
                        team: team)
                },
                { PeakLoops.copy(arrays[0], to: arrays[1], team: team) },
            ])
        return Bandwidth(
            streaming: timings[0].gigaRate(streamingBytes * Double(count)),
            copy: timings[1].gigaRate(copyBytes * Double(count)))
    }
}

extension Arena {
    /// Reserves `arrays` rows of `count` floats that begin 69 KB apart modulo 1 MB: in other cache lines of other pages.
    ///
    /// Rows whose addresses agree in all lower bits fight for the same places of caches and prefetchers: passes over four
    /// of them, 256 MB apart, ran at a third of the speed (Zen, 2026-11-24).
    func reserveApart(_ arrays: Int, count: Int) -> [Slot] {
        let (apart, cycle) = (17 * 1024 + 256, 1 << 18)
        return (0..<arrays).map { index in
            let gap = ((apart * index - reservedCount) % cycle + cycle) % cycle
            _ = reserve(Shape(gap))
            return reserve(Shape(count))
        }
    }
}

/// Where the time of a step goes: layers report to it when their forward or backward begins and ends.
///
/// A layer that runs inside another one counts as part of that one, so that times add up and never count twice. A step
/// without a clock pays a comparison with nil a layer.
public final class LayerClock {
    /// What a layer was doing.
    public enum Direction: String, Sendable, CaseIterable { case forward, backward, update }

    /// The seconds of one layer.
    public struct Entry: Sendable {
        /// The layer's path, as its parameters have it: "cnn.layer1.0.conv1".
        public let name: String

        /// Seconds in each direction, all calls added.
        public fileprivate(set) var seconds: [Direction: Double] = [:]

        /// Seconds in all directions.
        public var total: Double { seconds.values.reduce(0, +) }
    }

    /// The layers, in the order in which they first reported.
    public private(set) var entries: [Entry] = []

    private let clock = ContinuousClock()
    private var places: [String: Int] = [:]
    private var current: (name: String, direction: Direction)?
    private var started: ContinuousClock.Instant
    private var depth = 0

    /// A clock that has heard nothing yet.
    public init() { started = clock.now }

    /// The work of `name` begins; an `end()` follows.
    public func begin(_ name: String, _ direction: Direction) {
        depth += 1
        guard depth == 1 else { return }
        current = (name, direction)
        started = clock.now
    }

    /// What began last has ended.
    public func end() {
        precondition(depth > 0, "a layer's end without its begin")
        depth -= 1
        guard depth == 0, let (name, direction) = current else { return }
        let seconds = started.duration(to: clock.now) / .seconds(1)
        if places[name] == nil {
            places[name] = entries.count
            entries.append(Entry(name: name))
        }
        entries[places[name] ?? 0].seconds[direction, default: 0] += seconds
    }

    /// Forgets all it has heard.
    public func reset() { (entries, places) = ([], [:]) }
}

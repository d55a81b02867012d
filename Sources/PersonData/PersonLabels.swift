/// What is known of a person: one state for each value of an `AttributeTable`.
public struct PersonLabels: Hashable, Sendable {
    /// The person does not have the value.
    public static let no: UInt8 = 0

    /// The person has it.
    public static let yes: UInt8 = 1

    /// Nobody knows: it enters neither loss nor score.
    public static let unknown: UInt8 = 255

    /// `no`, `yes` or `unknown` for each value, V of them.
    public var states: [UInt8]

    /// Labels from their states.
    public init(_ states: [UInt8]) { self.states = states }

    /// Labels of which nothing is known.
    public static func unknown(_ table: AttributeTable) -> PersonLabels {
        PersonLabels([UInt8](repeating: unknown, count: table.valueCount))
    }
}

/// One identity of a twin: its number, its side of the split, its attributes.
public struct TwinPerson: Hashable, Sendable {
    /// 1…9999.
    public var personID: Int
    /// Whether its pictures are for training.
    public var trains: Bool
    /// What it looks like, as far as the label file says.
    public var look: MarketLook

    /// A person from its parts.
    public init(personID: Int, trains: Bool, look: MarketLook) {
        self.personID = personID
        self.trains = trains
        self.look = look
    }
}

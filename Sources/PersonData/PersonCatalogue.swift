/// Which part of a data set a picture belongs to; the raw value is the one in prepared files.
public enum DataSplit: UInt8, Sendable, CaseIterable {
    case train = 0
    case query = 1
    case gallery = 2
}

/// A picture of a person, and what is known of it.
public struct PersonEntry: Equatable, Sendable {
    /// Where the picture is.
    public var path: String

    /// What the picture is called in lists: its path within the data set.
    public var name: String

    /// Above 0 a person, 0 a distractor that is nobody of interest, −1 junk that is not scored.
    public var personID: Int

    /// The camera; 0 where there are no cameras.
    public var cameraID: Int

    /// Its part of the data set.
    public var split: DataSplit

    /// One state a value of the catalogue's table.
    public var labels: PersonLabels

    /// An entry from its parts.
    public init(
        path: String, name: String, personID: Int, cameraID: Int, split: DataSplit, labels: PersonLabels
    ) {
        self.path = path
        self.name = name
        self.personID = personID
        self.cameraID = cameraID
        self.split = split
        self.labels = labels
    }
}

/// A data set as its reader found it: pictures not yet opened.
public struct PersonCatalogue: Equatable, Sendable {
    /// The attributes that the labels are of.
    public var table: AttributeTable

    /// In an order that is the same on every machine.
    public var entries: [PersonEntry]

    /// The names of identities that are not numbers, by the numbers given to them.
    public var identityNames: [Int: String]

    /// What was read, for the file's provenance.
    public var source: String

    /// What was counted, beside what the publishers state.
    public var tallies: [Tally]

    /// Oddities and how they are treated, one line each, with counts.
    public var notes: [String]

    /// A catalogue from its parts.
    public init(
        table: AttributeTable, entries: [PersonEntry], identityNames: [Int: String] = [:], source: String,
        tallies: [Tally] = [], notes: [String] = []
    ) {
        self.table = table
        self.entries = entries
        self.identityNames = identityNames
        self.source = source
        self.tallies = tallies
        self.notes = notes
    }

    /// Tallies and notes, one line each.
    public var findings: [String] { tallies.map(\.line) + notes }

    /// How many pictures and how many persons (ids above 0) a split has.
    public func counts(_ split: DataSplit) -> (pictures: Int, persons: Int) {
        let list = entries.filter { $0.split == split }
        return (list.count, Set(list.map(\.personID)).filter { $0 > 0 }.count)
    }
}

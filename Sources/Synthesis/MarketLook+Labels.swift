public import PersonData

extension MarketLook {
    /// The look of a person whose labels a real label file holds, as states of `AttributeTable.market1501`'s values.
    ///
    /// - Throws: `TwinError` where a named attribute has no value.
    public init(_ labels: PersonLabels) throws(TwinError) {
        let table = AttributeTable.market1501
        let fields = [
            "sleeve": "up", "lowerLength": "down", "lowerType": "clothes", "upperColour": "up", "lowerColour": "down",
        ]
        var codes: [String: Int] = [:]
        for (index, attribute) in table.attributes.enumerated() {
            let states = labels.states[table.values(of: index)]
            let field = fields[attribute.name] ?? attribute.name
            switch attribute.kind {
            case .binary: codes[field] = states.first == PersonLabels.yes ? 2 : 1
            case .named:
                if let value = states.firstIndex(of: PersonLabels.yes) { codes[field] = value - states.startIndex + 1 }
            case .colour(let colours):
                for (colour, state) in zip(colours, states) {
                    codes[field + colour] = state == PersonLabels.yes ? 2 : 1
                }
            }
        }
        try self.init(codes: codes)
    }
}

extension Twin {
    /// The people of a real label file: the first `trainIdentities` of its training half and the first
    /// `testIdentities` of its test half, in the order of their ids.
    public static func people(
        of attributes: MarketAttributes, _ configuration: TwinConfiguration
    ) throws(TwinError) -> [TwinPerson] {
        var people: [TwinPerson] = []
        for (trains, part, count) in [
            (true, attributes.train, configuration.trainIdentities),
            (false, attributes.test, configuration.testIdentities),
        ] {
            for (personID, labels) in part.sorted(by: { $0.key < $1.key }).prefix(count) {
                people.append(TwinPerson(personID: personID, trains: trains, look: try MarketLook(labels)))
            }
        }
        return people
    }
}

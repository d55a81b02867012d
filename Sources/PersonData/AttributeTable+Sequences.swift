extension AttributeTable {
    /// The tokens of a person, ascending.
    public func sequence(_ labels: PersonLabels) -> [Int] {
        var tokens: [Int] = []
        forEachToken(labels) { token, state in if state == PersonLabels.yes { tokens.append(token) } }
        return tokens
    }

    /// For 0 … K whether the token enters the loss: not where its value is unknown. 0 always does.
    ///
    /// nil where everything is known.
    public func knownTokens(_ labels: PersonLabels) -> [Bool]? {
        guard labels.states.contains(PersonLabels.unknown) else { return nil }
        var known = [Bool](repeating: true, count: tokenCount + 1)
        forEachToken(labels) { token, state in known[token] = state != PersonLabels.unknown }
        return known
    }

    /// Every token with the state of what it says: for the token *no* the opposite of the value's.
    private func forEachToken(_ labels: PersonLabels, _ body: (Int, UInt8) -> Void) {
        precondition(
            labels.states.count == valueCount, "\(labels.states.count) labels for \(valueCount) values")
        for index in attributes.indices {
            let (values, tokens) = (values(of: index), tokens(of: index))
            if tokens.count > values.count {
                let yes = labels.states[values.lowerBound]
                body(tokens.lowerBound, yes == PersonLabels.unknown ? yes : 1 - yes)
            }
            for (offset, value) in values.enumerated() {
                body(tokens.upperBound - values.count + offset, labels.states[value])
            }
        }
    }

    /// For each value of this table its number in `source`, from which labels come.
    ///
    /// Attributes and values are matched by name. Throws where `source` does not have one, or as another kind.
    public func valueMap(from source: AttributeTable) throws(PersonDataError) -> [Int] {
        var map: [Int] = []
        for attribute in attributes {
            guard let index = source.index(of: attribute.name) else {
                throw PersonDataError(
                    "attribute table",
                    "\(attribute.name) is not in the data, which have \(source.attributes.map(\.name).shortList)"
                )
            }
            let stored = source.attributes[index]
            guard stored.kindName == attribute.kindName, Set(stored.values) == Set(attribute.values) else {
                throw PersonDataError(
                    "attribute table",
                    "\(attribute.name) is \(attribute.kindName) \(attribute.values.shortList), "
                        + "but \(stored.kindName) \(stored.values.shortList) in the data")
            }
            let first = source.values(of: index).lowerBound
            for value in attribute.values { map.append(first + (stored.values.firstIndex(of: value) ?? 0)) }
        }
        return map
    }
}

extension PersonAttribute {
    /// `binary`, `named` or `colour`.
    public var kindName: String {
        switch kind {
        case .binary: "binary"
        case .named: "named"
        case .colour: "colour"
        }
    }
}

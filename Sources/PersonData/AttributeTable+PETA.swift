extension AttributeTable {
    /// PETA's labels in twelve attributes (Deng et al. 2014; the groups of JCM's table): K = 105.
    ///
    /// Gender, age and length of hair have one value; of colours, garments, what is carried and worn there may be
    /// several or none. Token numbers follow this table and not the order of PETA's own list (`PETALabels.names`).
    public static let peta: AttributeTable = {
        let single: Set = ["gender", "age", "hairLength"]
        let attributes = PETALabels.groups.map { group in
            let values = group.labels.map(PETALabels.valueName)
            return PersonAttribute(group.name, single.contains(group.name) ? .named(values) : .colour(values))
        }
        guard let table = try? AttributeTable(attributes) else { preconditionFailure("names repeat") }
        return table
    }()

    /// The names of the eight of PETA's twelve attributes over which the paper gives its second mean, "the usual 8".
    ///
    /// The paper does not name them; this is our reading: all but the colours.
    public static let petaUsual = peta.attributes.map(\.name).filter { !$0.hasSuffix("Colour") }

    /// The numbers of the usual eight where they, and others beside them, are among the attributes; nil elsewhere.
    public var usualAttributes: [Int]? {
        let wanted = Self.peta.attributes.filter { Self.petaUsual.contains($0.name) }
        let found = wanted.compactMap { attributes.firstIndex(of: $0) }
        return found.count == wanted.count && found.count < attributes.count ? found.sorted() : nil
    }
}

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
}

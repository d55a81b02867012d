extension AttributeTable {
    /// The ten attributes of DukeMTMC-reID (Lin et al. 2017): K = 26, or 31 with `allValues`.
    public static let dukeMTMC: AttributeTable = {
        let attributes: [PersonAttribute] = [
            PersonAttribute("gender", .named(["male", "female"])),
            PersonAttribute("top", .named(["short", "long"])),
            PersonAttribute("shoes", .named(["dark", "light"])),
            PersonAttribute("boots", .binary),
            PersonAttribute("hat", .binary),
            PersonAttribute("backpack", .binary),
            PersonAttribute("bag", .binary),
            PersonAttribute("handbag", .binary),
            PersonAttribute(
                "upperColour",
                .colour(["black", "white", "red", "purple", "gray", "blue", "green", "brown"])),
            PersonAttribute(
                "lowerColour", .colour(["black", "white", "red", "gray", "blue", "green", "brown"])),
        ]
        guard let table = try? AttributeTable(attributes) else { preconditionFailure("names repeat") }
        return table
    }()
}

extension AttributeTable {
    /// The twelve attributes of Market-1501 (Lin et al. 2017): K = 35, or 39 with `allValues`.
    public static let market1501: AttributeTable = {
        let attributes: [PersonAttribute] = [
            PersonAttribute("gender", .named(["male", "female"])),
            PersonAttribute("hair", .named(["short", "long"])),
            PersonAttribute("sleeve", .named(["long", "short"])),
            PersonAttribute("lowerLength", .named(["long", "short"])),
            PersonAttribute("lowerType", .named(["dress", "pants"])),
            PersonAttribute("hat", .binary),
            PersonAttribute("backpack", .binary),
            PersonAttribute("bag", .binary),
            PersonAttribute("handbag", .binary),
            PersonAttribute("age", .named(["young", "teen", "adult", "old"])),
            PersonAttribute(
                "upperColour",
                .colour(["black", "white", "red", "purple", "gray", "blue", "green", "yellow"])),
            PersonAttribute(
                "lowerColour",
                .colour(["black", "white", "pink", "gray", "blue", "green", "brown", "yellow", "purple"])),
        ]
        guard let table = try? AttributeTable(attributes) else { preconditionFailure("names repeat") }
        return table
    }()
}

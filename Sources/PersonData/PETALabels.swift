/// The 105 labels of PETA (Deng et al. 2014), and where each stands in `AttributeTable.peta`.
public enum PETALabels {
    /// The labels in the order of the set's own table: 35, then the colours of four regions, then 26 more.
    public static let names: [String] =
        words(
            """
            personalLess30 personalLess45 personalLess60 personalLarger60 carryingBackpack carryingOther lowerBodyCasual \
            upperBodyCasual lowerBodyFormal upperBodyFormal accessoryHat upperBodyJacket lowerBodyJeans \
            footwearLeatherShoes upperBodyLogo hairLong personalMale carryingMessengerBag accessoryMuffler \
            accessoryNothing carryingNothing upperBodyPlaid carryingPlasticBags footwearSandals footwearShoes \
            lowerBodyShorts upperBodyShortSleeve lowerBodyShortSkirt footwearSneakers upperBodyThinStripes \
            accessorySunglasses lowerBodyTrousers upperBodyTshirt upperBodyOther upperBodyVNeck
            """)
        + ["upperBody", "lowerBody", "hair", "footwear"].flatMap { region in colours.map { region + $0 } }
        + words(
            """
            accessoryHeadphone personalLess15 carryingBabyBuggy hairBald footwearBoots lowerBodyCapri carryingShoppingTro \
            carryingUmbrella personalFemale carryingFolder accessoryHairBand lowerBodyHotPants accessoryKerchief \
            lowerBodyLongSkirt upperBodyLongSleeve lowerBodyPlaid lowerBodyThinStripes carryingLuggageCase \
            upperBodyNoSleeve hairShort footwearStocking upperBodySuit carryingSuitcase lowerBodySuits upperBodySweater \
            upperBodyThickStripes
            """)

    /// Another spelling of a label, by which some of the label files call it.
    static let spellings = ["footwearSneaker": "footwearSneakers"]

    /// The number of each label's value in `AttributeTable.peta`.
    public static let values: [String: Int] = {
        var values: [String: Int] = [:]
        for (index, group) in groups.enumerated() {
            let first = AttributeTable.peta.values(of: index).lowerBound
            for (offset, label) in group.labels.enumerated() { values[label] = first + offset }
        }
        for (other, name) in spellings { values[other] = values[name] }
        return values
    }()

    /// Twelve groups of labels, the attributes of the paper's table for PETA, each in the order of `names`.
    static let groups: [(name: String, labels: [String])] = [
        ("gender", labels("personal", { ["Male", "Female"].contains($0) })),
        ("age", labels("personal", { $0.hasPrefix("Less") || $0.hasPrefix("Larger") })),
        ("hairColour", labels("hair", colours.contains)), ("hairLength", labels("hair", isType)),
        ("upperColour", labels("upperBody", colours.contains)), ("upperType", labels("upperBody", isType)),
        ("lowerColour", labels("lowerBody", colours.contains)), ("lowerType", labels("lowerBody", isType)),
        ("footwearColour", labels("footwear", colours.contains)), ("footwearType", labels("footwear", isType)),
        ("carrying", labels("carrying", isType)), ("accessory", labels("accessory", isType)),
    ]

    /// What a label says within its group: `messengerBag` for `carryingMessengerBag`.
    static func valueName(_ label: String) -> String {
        let prefixes = ["personal", "hair", "upperBody", "lowerBody", "footwear", "carrying", "accessory"]
        let rest = label.dropFirst(prefixes.first { label.hasPrefix($0) }?.count ?? 0)
        return rest.prefix(1).lowercased() + rest.dropFirst()
    }

    private static let colours = words("Black Blue Brown Green Grey Orange Pink Purple Red White Yellow")

    private static func isType(_ rest: String) -> Bool { !colours.contains(rest) }

    private static func labels(_ prefix: String, _ isIn: (String) -> Bool) -> [String] {
        names.filter { $0.hasPrefix(prefix) && isIn(String($0.dropFirst(prefix.count))) }
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map { String($0) } }
}

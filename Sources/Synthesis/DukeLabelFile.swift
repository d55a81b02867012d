/// Writes `duke_attribute.mat` as the labels of DukeMTMC-reID are published, from Market-1501's attributes.
///
/// The shoes' lightness is that of the drawn ones. Nobody is drawn in boots; colours that only Market-1501 names (yellow
/// above, pink, yellow and purple below) have none of Duke's.
enum DukeLabelFile {
    private static let upper = ["black", "white", "red", "purple", "gray", "blue", "green", "brown"]
    private static let lower = ["black", "white", "red", "gray", "blue", "green", "brown"]
    private static let others = ["backpack", "bag", "handbag", "boots", "gender", "hat", "shoes", "top"]

    /// Writes the labels; `hasLightShoes` says it of a person.
    static func write(
        _ people: [TwinPerson], to path: String, hasLightShoes: (TwinPerson) -> Bool
    ) throws(TwinError) {
        let colours = upper.map { "up" + $0 } + lower.map { "down" + $0 }
        try withoutActuallyEscaping(hasLightShoes) { isLight throws(TwinError) in
            try CodedLabelFile(
                variable: "duke_attribute", trainFields: others + colours, testFields: colours + others
            ) { person, field in
                switch field {
                case "boots": 1
                case "shoes": isLight(person) ? 2 : 1
                case "top": person.look.longSleeves ? 2 : 1
                default: person.look.code(field) ?? (colours.contains(field) ? 1 : nil)
                }
            }.write(people, to: path)
        }
    }
}

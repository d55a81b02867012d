/// The labels of Market-1501's persons, from `market_attribute.mat` (Lin et al. 2017).
public struct MarketAttributes: Sendable {
    /// By identity; states of the values of `AttributeTable.market1501`.
    public let train: [Int: PersonLabels]

    /// By identity; states of the values of `AttributeTable.market1501`.
    public let test: [Int: PersonLabels]

    /// What is odd in the file, with counts, and how it is treated.
    public let notes: [String]

    /// The names of the file's struct and fields.
    static let form = CodedAttributes.Form(
        variable: "market_attribute", table: .market1501,
        fields: [
            "gender": "gender", "hair": "hair", "sleeve": "up", "lowerLength": "down", "lowerType": "clothes",
            "hat": "hat", "backpack": "backpack", "bag": "bag", "handbag": "handbag", "age": "age",
        ],
        prefixes: ["upperColour": "up", "lowerColour": "down"])

    /// Reads the file.
    ///
    /// Throws where it is missing, damaged, or lacks a field.
    public init(_ path: String) throws(PersonDataError) { try self.init(MATLABFile(path)) }

    /// Takes the labels out of a file.
    init(_ file: MATLABFile) throws(PersonDataError) {
        let labels = try CodedAttributes(file, Self.form)
        (train, test, notes) = (labels.train, labels.test, labels.notes)
    }
}

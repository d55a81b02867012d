/// The labels of DukeMTMC-reID's persons, from `duke_attribute.mat` (Lin et al. 2017).
///
/// `top` is the length of the upper garment; 0 in it, which two persons have, means nothing.
public struct DukeAttributes: Sendable {
    /// By identity; states of the values of `AttributeTable.dukeMTMC`.
    public let train: [Int: PersonLabels]

    /// By identity; states of the values of `AttributeTable.dukeMTMC`.
    public let test: [Int: PersonLabels]

    /// What is odd in the file, with counts, and how it is treated.
    public let notes: [String]

    /// The names of the file's struct and fields.
    static let form = CodedAttributes.Form(
        variable: "duke_attribute", table: .dukeMTMC,
        fields: [
            "gender": "gender", "top": "top", "shoes": "shoes", "boots": "boots", "hat": "hat",
            "backpack": "backpack", "bag": "bag", "handbag": "handbag",
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

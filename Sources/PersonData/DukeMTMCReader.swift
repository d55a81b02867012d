/// Reads DukeMTMC-reID (Zheng et al. 2017) with the attributes of Lin et al. (2017).
///
/// A folder with `bounding_box_train`, `query` and `bounding_box_test`, whose pictures are called
/// `0001_c2_f0046182.jpg`: identity, camera, frame. Files of other names are skipped. The authors withdrew the data set
/// in 2019: this is for those who hold a copy that they may use.
public struct DukeMTMCReader: Sendable {
    /// The data set's folder, or the one that `DukeMTMC-reID` is in.
    public let folder: String

    /// The attributes; nil: `duke_attribute.mat` in the folder or the one above.
    public let attributes: String?

    /// A reader of the data set in `folder`.
    public init(_ folder: String, attributes: String? = nil) {
        self.folder = folder
        self.attributes = attributes
    }

    static let layout = ThreeFolders(
        name: "DukeMTMC-reID", innerFolder: "DukeMTMC-reID", labelFile: "duke_attribute.mat",
        form: DukeAttributes.form,
        parts: [
            .init(split: .train, folder: "bounding_box_train", pictures: 16_522, persons: 702),
            .init(split: .query, folder: "query", pictures: 2_228, persons: 702),
            .init(split: .gallery, folder: "bounding_box_test", pictures: 17_661, persons: 702 + 408),
        ],
        cameras: 8, parse: parse)

    /// All pictures in the order of splits and names.
    ///
    /// Throws where folders or attributes are missing, or a person has none.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        var catalogue = try Self.layout.read(folder, attributes: attributes)
        func persons(_ split: DataSplit) -> Set<Int> {
            Set(catalogue.entries.lazy.filter { $0.split == split && $0.personID > 0 }.map(\.personID))
        }
        let distractors = persons(.gallery).subtracting(persons(.query))
        catalogue.tallies.append(
            Tally("gallery persons without a query (distractors)", distractors.count, published: 408))
        catalogue.notes.insert(
            "DukeMTMC was withdrawn by its authors in 2019; read here for those who may use a copy that they hold",
            at: 0)
        return catalogue
    }

    /// Identity and camera of a picture's name, `^(\d{4})_c(\d)_f(\d{7})\.jpg$`.
    static func parse(_ name: String) -> (personID: Int, cameraID: Int)? {
        guard name.hasSuffix(".jpg") else { return nil }
        let parts = name.dropLast(4).utf8.split(
            separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, isDigits(parts[0]), parts[1].count == 2,
            parts[1].first == UInt8(ascii: "c"), isDigits(parts[1].dropFirst()), parts[2].count == 8,
            parts[2].first == UInt8(ascii: "f"), isDigits(parts[2].dropFirst()),
            let personID = Int(String(decoding: parts[0], as: UTF8.self)),
            let cameraID = Int(String(decoding: parts[1].dropFirst(), as: UTF8.self))
        else { return nil }
        return (personID, cameraID)
    }
}

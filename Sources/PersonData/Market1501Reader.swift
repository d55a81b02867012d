/// Reads Market-1501 (Zheng et al. 2015) with the attributes of Lin et al. (2017).
///
/// A folder with `bounding_box_train`, `query` and `bounding_box_test`, whose pictures are called
/// `0002_c1s1_000451_03.jpg`: identity, camera, sequence, frame, box. Files of other names are skipped.
public struct Market1501Reader: Sendable {
    /// The data set's folder, or the one that `Market-1501-v15.09.15` is in.
    public let folder: String

    /// The attributes; nil: `market_attribute.mat` in the folder or the one above.
    public let attributes: String?

    /// A reader of the data set in `folder`.
    public init(_ folder: String, attributes: String? = nil) {
        self.folder = folder
        self.attributes = attributes
    }

    static let layout = ThreeFolders(
        name: "Market-1501", innerFolder: "Market-1501-v15.09.15", labelFile: "market_attribute.mat",
        form: MarketAttributes.form,
        parts: [
            .init(split: .train, folder: "bounding_box_train", pictures: 12_936, persons: 751),
            .init(split: .query, folder: "query", pictures: 3_368, persons: 750),
            .init(split: .gallery, folder: "bounding_box_test", pictures: 19_732, persons: 750),
        ],
        cameras: 6, parse: parse)

    /// All pictures in the order of splits and names.
    ///
    /// Throws where folders or attributes are missing, or a person has none.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        var catalogue = try Self.layout.read(folder, attributes: attributes)
        let gallery = catalogue.entries.filter { $0.split == .gallery }
        catalogue.tallies += [
            Tally("gallery distractors (identity 0000)", gallery.count { $0.personID == 0 }, published: 2_798),
            Tally("gallery junk (identity -1)", gallery.count { $0.personID == -1 }, published: 3_819),
        ]
        return catalogue
    }

    /// Identity and camera of a picture's name, `^(-?\d+)_c(\d)s(\d)_(\d{6})_(\d{2})\.jpg$`.
    static func parse(_ name: String) -> (personID: Int, cameraID: Int)? {
        guard name.hasSuffix(".jpg") else { return nil }
        let parts = name.dropLast(4).utf8.split(
            separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 4,
            isDigits(parts[0].first == UInt8(ascii: "-") ? parts[0].dropFirst() : parts[0]),
            parts[2].count == 6, isDigits(parts[2]), parts[3].count == 2, isDigits(parts[3])
        else { return nil }
        let place = Array(parts[1])
        guard place.count == 4, place[0] == UInt8(ascii: "c"), place[2] == UInt8(ascii: "s"),
            isDigits([place[1], place[3]]), let personID = Int32(String(decoding: parts[0], as: UTF8.self)),
            personID >= -1
        else { return nil }
        return (Int(personID), Int(place[1] - UInt8(ascii: "0")))
    }
}

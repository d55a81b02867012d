/// The layout of a prepared file: a data set as training reads it, all pictures decoded and of one size.
///
/// | path | type, shape | what |
/// |---|---|---|
/// | `/images` | uint8 [N, H, W, 3] | RGB, contiguous from a multiple of 4096 bytes, so that it can be mapped |
/// | `/person_id` | int32 [N] | above 0 a person, 0 a distractor, −1 junk |
/// | `/camera_id` | int32 [N] | 0 where there are none |
/// | `/split` | uint8 [N] | 0 train, 1 query, 2 gallery |
/// | `/name` | strings [N] | the picture's path in the data set |
/// | `/label_values` | uint8 [N, V] | 0 no, 1 yes, 255 unknown, numbered as in `attribute_table` |
/// | `/identity_id`, `/identity_name` | int32, strings [I] | names of identities that are not numbers |
/// | `/notes` | strings | what the data set's reader found |
/// | `/bad_pictures` | strings | name and reason of each picture that was left out |
/// | attribute `format`, `format_version` | string, integer | `jcm prepared pictures`, 2 |
/// | attribute `attribute_table` | string | JSON of the `AttributeTable` |
/// | attribute `source`, `resize`, `versions`, `date` | string | where the data come from and how they were made |
/// | attribute `train_pictures` … `gallery_persons` | integer | counts, for readers of the file |
/// | behind HDF5's end | 32 bytes | a checksum of all but the pixels: `PreparedSeal`; not in version 1 |
enum PreparedFile {
    static let format = "jcm prepared pictures"
    static let version = 2

    static let images = "/images"
    static let personID = "/person_id"
    static let cameraID = "/camera_id"
    static let split = "/split"
    static let name = "/name"
    static let labelValues = "/label_values"
    static let identityID = "/identity_id"
    static let identityName = "/identity_name"
    static let notes = "/notes"
    static let badPictures = "/bad_pictures"
}

/// Where prepared data come from: kept in the file, for people.
public struct PreparedProvenance: Equatable, Sendable {
    /// The data set's folder or manifest and its reader.
    public var source: String

    /// How pictures were resized.
    public var resize: String

    /// Versions of the program and of its libraries.
    public var versions: String

    /// When, in any readable form; empty where it must not matter.
    public var date: String

    /// What the reader found, one line each.
    public var notes: [String]

    /// Pictures that could not be read and were left out: name and reason.
    public var badPictures: [String]

    /// A provenance from its parts.
    public init(
        source: String, resize: String = "", versions: String = "", date: String = "", notes: [String] = [],
        badPictures: [String] = []
    ) {
        self.source = source
        self.resize = resize
        self.versions = versions
        self.date = date
        self.notes = notes
        self.badPictures = badPictures
    }
}

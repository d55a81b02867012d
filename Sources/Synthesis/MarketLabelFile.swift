/// Writes `market_attribute.mat` as the labels of Market-1501 are published.
///
/// MATLAB v5, compressed: a struct `market_attribute` with structs `test` and `train`, each with 27 numeric fields
/// (1×n) and `image_index` (1×n cell of 4-character ids). The order of the fields differs between the two, as it
/// does in the published file: whoever reads by position, errs.
public enum MarketLabelFile {
    /// The fields of `train`, in file order, without `image_index`.
    public static let trainFields = [
        "age", "backpack", "bag", "handbag", "downblack", "downblue", "downbrown", "downgray", "downgreen",
        "downpink", "downpurple", "downwhite", "downyellow", "upblack", "upblue", "upgreen", "upgray",
        "uppurple",
        "upred", "upwhite", "upyellow", "clothes", "down", "up", "hair", "hat", "gender",
    ]

    /// The fields of `test`, in file order, without `image_index`.
    public static let testFields = [
        "age", "backpack", "bag", "handbag", "clothes", "down", "up", "hair", "hat", "gender", "upblack",
        "upwhite",
        "upred", "uppurple", "upyellow", "upgray", "upblue", "upgreen", "downblack", "downwhite", "downpink",
        "downpurple", "downyellow", "downgray", "downblue", "downgreen", "downbrown",
    ]

    /// Writes the labels of `people` to `path`, in the order of their numbers.
    ///
    /// - Throws: `TwinError` where the file can't be written.
    public static func write(_ people: [TwinPerson], to path: String) throws(TwinError) {
        try CodedLabelFile(variable: "market_attribute", trainFields: trainFields, testFields: testFields) {
            $0.look.code($1)
        }.write(people, to: path)
    }
}

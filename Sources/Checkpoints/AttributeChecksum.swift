internal import HDF5

/// The checksum of what a checkpoint says of itself: where the run stood, its recipe, its table of labels.
///
/// Of the bytes in UTF-8 of a line `name=value` each, closed by a line feed, in the order of the attribute `attributes`. Whole
/// numbers are written in decimals, real ones as the whole number that their bits make; of a row, each value takes a line.
enum AttributeChecksum {
    /// The attributes with the names that are covered, and with the checksum.
    static let names = "attributes", checksum = "attributes_crc32"

    /// Covers all attributes that `file` has.
    static func set(_ file: File) throws(HDF5Error) {
        let covered = try file.attributes().filter { $0 != names && $0 != checksum }.sorted()
        try file.setAttribute(names, to: covered)
        try file.setAttribute(checksum, to: Int64(try of(covered, file)))
    }

    /// Throws where an attribute of `file` is not what it was when the file was written. Files of before there was a
    /// checksum have none.
    static func check(_ file: File) throws(HDF5Error) {
        guard try file.hasAttribute(checksum) else { return }
        let expected: Int64 = try file.attribute(checksum)
        let found = Int64(try of(file.attribute(names), file))
        guard expected == found else {
            throw HDF5Error(
                file: file.path, object: "attributes", reason: "are damaged (checksum \(found), expected \(expected))")
        }
    }

    private static func of(_ names: [String], _ file: File) throws(HDF5Error) -> UInt32 {
        var text = ""
        for name in names {
            for value in lines(try file.attribute(name, as: StoredAttribute.self)) { text += "\(name)=\(value)\n" }
        }
        return Array(text.utf8).withUnsafeBytes { Checksum.of($0) }
    }

    private static func lines(_ stored: StoredAttribute) -> [String] {
        switch stored {
        case .strings(let list, _): list
        case .integers(let list, _): list.map { String($0) }
        case .reals(let list, _): list.map { String($0.bitPattern) }
        }
    }
}

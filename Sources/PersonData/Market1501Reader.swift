internal import Glibc

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

    /// The pictures and counts that its publishers give.
    private static let parts: [(split: DataSplit, folder: String, pictures: Int, persons: Int)] = [
        (.train, "bounding_box_train", 12_936, 751), (.query, "query", 3_368, 750),
        (.gallery, "bounding_box_test", 19_732, 750),
    ]

    /// All pictures in the order of splits and names.
    ///
    /// Throws where folders or attributes are missing, or a person has none.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        let inner = folder + "/Market-1501-v15.09.15"
        let root = access(inner, F_OK) == 0 ? inner : folder
        let attributePath = try findAttributes(root)
        let labels = try MarketAttributes(attributePath)
        let unknown = PersonLabels.unknown(.market1501)
        var entries: [PersonEntry] = []
        var (notes, skipped): ([String], [String]) = ([], [])
        for part in Self.parts {
            let directory = root + "/" + part.folder
            let known = part.split == .train ? labels.train : labels.test
            var missing = Set<Int>()
            for name in try fileNames(directory) {
                guard let (personID, cameraID) = Self.parse(name) else {
                    skipped.append(name)
                    continue
                }
                if part.split == .train && personID <= 0 {
                    throw PersonDataError(
                        directory + "/" + name,
                        "is a train picture of identity \(personID), expected is one above 0")
                }
                if personID > 0 && known[personID] == nil { missing.insert(personID) }
                entries.append(
                    PersonEntry(
                        path: directory + "/" + name, name: part.folder + "/" + name, personID: personID,
                        cameraID: cameraID, split: part.split,
                        labels: personID > 0 ? known[personID] ?? unknown : unknown))
            }
            if !missing.isEmpty {
                throw PersonDataError(
                    attributePath,
                    "has no attributes of the \(part.split) identities \(missing.sorted().shortList)")
            }
        }
        let catalogue = PersonCatalogue(
            table: .market1501, entries: entries,
            source: "Market-1501 in \(root), attributes in \(attributePath)")
        for part in Self.parts {
            let found = catalogue.counts(part.split)
            let same = found == (part.pictures, part.persons)
            notes.append(
                "\(part.split): \(found.pictures) pictures of \(found.persons) persons, "
                    + (same ? "as published" : "published are \(part.pictures) of \(part.persons)"))
        }
        let gallery = entries.filter { $0.split == .gallery }
        notes.append(
            "gallery: \(gallery.count { $0.personID == 0 }) distractors (identity 0000), "
                + "\(gallery.count { $0.personID == -1 }) junk (identity -1)")
        if !skipped.isEmpty {
            notes.append("\(skipped.count) files of other names skipped: \(skipped.shortList)")
        }
        var result = catalogue
        result.notes = notes + labels.notes
        return result
    }

    /// Identity and camera of a picture's name, `^(-?\d+)_c(\d)s(\d)_(\d{6})_(\d{2})\.jpg$`.
    static func parse(_ name: String) -> (personID: Int, cameraID: Int)? {
        guard name.hasSuffix(".jpg") else { return nil }
        let parts = name.dropLast(4).utf8.split(
            separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        func isDigits(_ text: some Collection<UInt8>) -> Bool {
            !text.isEmpty && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
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

    private func findAttributes(_ root: String) throws(PersonDataError) -> String {
        let name = "market_attribute.mat"
        let places =
            attributes.map { [$0] } ?? [root + "/" + name, root + "/../" + name, folder + "/../" + name]
        for place in places where access(place, R_OK) == 0 { return place }
        throw PersonDataError(
            attributes ?? folder,
            attributes == nil
                ? "there is no \(name) in it or in the folder above: give the file's path"
                : "cannot be read as the file of attributes: \(String(cString: strerror(errno)))")
    }

    private func fileNames(_ directory: String) throws(PersonDataError) -> [String] {
        guard let stream = opendir(directory) else {
            throw .system(directory, "is no folder of Market-1501 that can be read")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: UInt8.self, capacity: 256) { bytes in
                    String(
                        decoding: UnsafeBufferPointer(start: bytes, count: strnlen(bytes, 256)), as: UTF8.self
                    )
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

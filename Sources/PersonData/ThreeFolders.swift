internal import Glibc

/// A data set laid out as Market-1501: `bounding_box_train`, `query`, `bounding_box_test` and a label file of Lin et al.
///
/// What such data sets differ in; the readers of Market-1501 and DukeMTMC-reID say it.
struct ThreeFolders: Sendable {
    /// A part of the data set, and what its publishers state of it.
    struct Part: Sendable {
        let split: DataSplit
        let folder: String
        let pictures: Int
        let persons: Int
    }

    /// The data set's name.
    let name: String

    /// What its folder is called where it was unpacked.
    let innerFolder: String

    /// What its label file is called.
    let labelFile: String

    /// What its labels are.
    let form: CodedAttributes.Form

    /// Train, query, gallery.
    let parts: [Part]

    /// Cameras, as its publishers state.
    let cameras: Int

    /// Identity and camera of a picture's name; nil where it is none.
    let parse: @Sendable (String) -> (personID: Int, cameraID: Int)?

    /// All pictures in the order of splits and names.
    ///
    /// Throws where folders or attributes are missing, or a person has none.
    func read(_ folder: String, attributes: String?) throws(PersonDataError) -> PersonCatalogue {
        let inner = folder + "/" + innerFolder
        let root = isFolder(inner) ? inner : folder
        let attributePath = try findAttributes(folder, root, attributes)
        let labels = try CodedAttributes(MATLABFile(attributePath), form)
        let unknown = PersonLabels.unknown(form.table)
        var entries: [PersonEntry] = []
        var skipped: [String] = []
        for part in parts {
            let directory = root + "/" + part.folder
            let known = part.split == .train ? labels.train : labels.test
            var missing = Set<Int>()
            for file in try folderNames(directory, expected: "folder of \(name)") {
                guard let (personID, cameraID) = parse(file) else {
                    skipped.append(file)
                    continue
                }
                if part.split == .train && personID <= 0 {
                    throw PersonDataError(
                        directory + "/" + file,
                        "is a train picture of identity \(personID), expected is one above 0")
                }
                if personID > 0 && known[personID] == nil { missing.insert(personID) }
                entries.append(
                    PersonEntry(
                        path: directory + "/" + file, name: part.folder + "/" + file, personID: personID,
                        cameraID: cameraID, split: part.split,
                        labels: personID > 0 ? known[personID] ?? unknown : unknown))
            }
            if !missing.isEmpty {
                throw PersonDataError(
                    attributePath,
                    "has no attributes of the \(part.split) identities \(missing.sorted().shortList)")
            }
        }
        var catalogue = PersonCatalogue(
            table: form.table, entries: entries, source: "\(name) in \(root), attributes in \(attributePath)")
        for part in parts {
            let found = catalogue.counts(part.split)
            catalogue.tallies += [
                Tally("\(part.split) pictures", found.pictures, published: part.pictures),
                Tally("\(part.split) persons", found.persons, published: part.persons),
            ]
        }
        catalogue.tallies.append(Tally("cameras", Set(entries.map(\.cameraID)).count, published: cameras))
        if !skipped.isEmpty {
            catalogue.notes.append("\(skipped.count) files of other names skipped: \(skipped.shortList)")
        }
        catalogue.notes += catalogue.retrievalNotes() + labels.notes + unpictured(labels, entries)
        return catalogue
    }

    /// Persons of the label file who are on no picture.
    private func unpictured(_ labels: CodedAttributes, _ entries: [PersonEntry]) -> [String] {
        func note(_ name: String, _ known: [Int: PersonLabels], _ isIn: (DataSplit) -> Bool) -> String? {
            let pictured = Set(entries.filter { isIn($0.split) }.map(\.personID))
            let lost = Set(known.keys).subtracting(pictured).sorted()
            return lost.isEmpty
                ? nil : "labels: \(lost.count) \(name) persons have no picture (\(lost.shortList)); not used"
        }
        return [note("train", labels.train) { $0 == .train }, note("test", labels.test) { $0 != .train }]
            .compactMap { $0 }
    }

    private func findAttributes(
        _ folder: String, _ root: String, _ given: String?
    ) throws(PersonDataError) -> String {
        let places = given.map { [$0] } ?? [root, root + "/..", folder + "/.."].map { $0 + "/" + labelFile }
        for place in places where access(place, R_OK) == 0 { return place }
        guard let given else {
            throw PersonDataError(
                folder, "there is no \(labelFile) in it or in the folder above: give the file's path")
        }
        throw .system(given, "cannot be read as the file of attributes")
    }
}

extension PersonCatalogue {
    /// What is odd about persons and cameras, as far as finding people again goes.
    func retrievalNotes() -> [String] {
        var notes: [String] = []
        func persons(_ isIn: (DataSplit) -> Bool) -> Set<Int> {
            Set(entries.filter { isIn($0.split) && $0.personID > 0 }.map(\.personID))
        }
        let both = persons { $0 == .train }.intersection(persons { $0 != .train })
        if !both.isEmpty {
            notes.append(
                "\(both.count) persons are both in train and in test (\(both.sorted().shortList)); kept in both")
        }
        var cameras: [Int: Set<Int>] = [:]
        for entry in entries where entry.split == .gallery {
            cameras[entry.personID, default: []].insert(entry.cameraID)
        }
        let lost = entries.count { entry in
            entry.split == .query && !(cameras[entry.personID] ?? []).contains { $0 != entry.cameraID || $0 == 0 }
        }
        if lost > 0 {
            notes.append("\(lost) queries without a picture by another camera in the gallery; they enter no figure")
        }
        return notes
    }
}

/// Whether a text is made of digits only, and of at least one.
func isDigits(_ text: some Collection<UInt8>) -> Bool {
    !text.isEmpty && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

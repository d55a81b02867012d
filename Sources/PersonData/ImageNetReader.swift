internal import Foundation

/// Reads ImageNet-2012 (Russakovsky et al. 2015): `train/<wnid>/*.JPEG`, and `val` in folders by wnid or flat.
///
/// `train` and `val` may also be called `ILSVRC2012_img_train` and `ILSVRC2012_img_val`, and lie in `Data/CLS-LOC` or
/// `ILSVRC/Data/CLS-LOC`. The class of a picture is the rank of its wnid among those of `train`, so its "person" is that
/// rank + 1, with the wnid as name; there are no attributes and no cameras. Validation pictures are the gallery. No picture
/// is opened; memory goes with the number of names alone.
public struct ImageNetReader: Sendable {
    /// Its folder.
    public let folder: String

    private let labels: String?

    /// A reader of `folder`; `labels` says the classes of a flat `val`, where no such file lies in a usual place.
    public init(_ folder: String, labels: String? = nil) { (self.folder, self.labels) = (folder, labels) }

    /// Whether the folder is laid out as ImageNet.
    static func isImageNet(_ folder: String) -> Bool { place(in: folder) != nil }

    /// The pictures, in the order of splits, classes and names.
    ///
    /// Throws where a class has no picture, or where the classes of validation pictures are not to be had.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        guard let place = Self.place(in: folder) else {
            throw PersonDataError(folder, "is no ImageNet-2012: train/<wnid>, such as train/n01440764, is missing")
        }
        var names = NameFilter()
        let wnids = names.wnids(try folderNames(place.train, expected: "folder of ImageNet"))
        let classes = Dictionary(uniqueKeysWithValues: wnids.enumerated().map { ($1, $0 + 1) })
        var entries = try pictures(in: place.train, wnids, classes, .train, &names)
        var notes = ["wnids in ascending order are the classes 0 to \(wnids.count - 1)"]
        if isFolder(place.validation) {
            entries += try validation(place, classes, &names, &notes)
        } else {
            notes.append("there is no \(place.validation): nothing to evaluate on")
        }
        var catalogue = PersonCatalogue(
            table: .none, entries: entries,
            identityNames: Dictionary(uniqueKeysWithValues: classes.map { ($1, $0) }),
            source: "ImageNet-2012 in \(folder)")
        let (train, test) = (catalogue.counts(.train), catalogue.counts(.gallery))
        catalogue.tallies = [
            Tally("train pictures", train.pictures, published: 1_281_167),
            Tally("train classes", train.persons, published: 1_000),
            Tally("validation pictures", test.pictures, published: 50_000),
            Tally("validation classes", test.persons, published: 1_000),
        ]
        catalogue.notes = names.notes + notes
        return catalogue
    }

    private func pictures(
        in root: String, _ wnids: [String], _ classes: [String: Int], _ split: DataSplit, _ names: inout NameFilter
    ) throws(PersonDataError) -> [PersonEntry] {
        let unlabelled = PersonLabels([])
        let part = (root as NSString).lastPathComponent
        var entries: [PersonEntry] = []
        for wnid in wnids {
            guard let number = classes[wnid] else {
                throw PersonDataError(root + "/" + wnid, "is a class that train has not; put its pictures there too")
            }
            let files = names.pictures(try folderNames(root + "/" + wnid, expected: "folder of a class"))
            if files.isEmpty && split == .train {
                throw PersonDataError(root + "/" + wnid, "has no pictures (*.JPEG); unpack its archive, or remove it")
            }
            for file in files {
                entries.append(
                    PersonEntry(
                        path: "\(root)/\(wnid)/\(file)", name: "\(part)/\(wnid)/\(file)", personID: number,
                        cameraID: 0, split: split, labels: unlabelled))
            }
        }
        return entries
    }

    private func validation(
        _ place: Place, _ classes: [String: Int], _ names: inout NameFilter, _ notes: inout [String]
    ) throws(PersonDataError) -> [PersonEntry] {
        let found = try folderNames(place.validation, expected: "folder of ImageNet")
        let wnids = found.filter(Self.isWnid)
        if !wnids.isEmpty {
            return try pictures(in: place.validation, names.wnids(found), classes, .gallery, &names)
        }
        let files = names.pictures(found)
        if files.isEmpty {
            notes.append("\(place.validation) has no pictures: nothing to evaluate on")
            return []
        }
        let truth = try ImageNetTruth.find(labels, near: [folder, place.base, place.validation])
        notes.append("\(place.validation) is flat; its classes are those of \(truth.path)")
        let part = (place.validation as NSString).lastPathComponent
        var entries: [PersonEntry] = []
        for file in files {
            let wnid = try truth.wnid(of: file)
            guard let number = classes[wnid] else {
                throw PersonDataError(
                    truth.path, "says that \(file) is of class \(wnid), which train has not; put its pictures there too"
                )
            }
            entries.append(
                PersonEntry(
                    path: "\(place.validation)/\(file)", name: "\(part)/\(file)", personID: number, cameraID: 0,
                    split: .gallery, labels: PersonLabels([])))
        }
        return entries
    }

    /// Where the parts lie.
    private struct Place {
        let base: String
        let train: String
        let validation: String
    }

    private static func place(in folder: String) -> Place? {
        for inner in ["", "/Data/CLS-LOC", "/ILSVRC/Data/CLS-LOC"] {
            for (train, validation) in [("train", "val"), ("ILSVRC2012_img_train", "ILSVRC2012_img_val")] {
                let base = folder + inner
                guard let names = try? folderNames("\(base)/\(train)", expected: "folder") else { continue }
                if names.contains(where: isWnid) {
                    return Place(base: base, train: "\(base)/\(train)", validation: "\(base)/\(validation)")
                }
            }
        }
        return nil
    }

    /// Whether a name is a WordNet id, as `n01440764`.
    static func isWnid(_ name: String) -> Bool {
        name.utf8.count == 9 && name.utf8.first == UInt8(ascii: "n") && isDigits(name.utf8.dropFirst())
    }
}

/// Takes the names that are wanted out of a folder's, and counts the others.
private struct NameFilter {
    private var skipped = 0
    private var examples: [String] = []

    /// What was skipped, in a line.
    var notes: [String] {
        skipped == 0 ? [] : ["\(skipped) files and folders of other names skipped: \(examples.joined(separator: ", "))"]
    }

    mutating func wnids(_ names: [String]) -> [String] { keep(names, ImageNetReader.isWnid) }

    mutating func pictures(_ names: [String]) -> [String] {
        keep(names) { name in
            [".jpeg", ".jpg", ".png"].contains { name.lowercased().hasSuffix($0) } && !name.hasPrefix(".")
        }
    }

    private mutating func keep(_ names: [String], _ isWanted: (String) -> Bool) -> [String] {
        var kept: [String] = []
        for name in names {
            if isWanted(name) {
                kept.append(name)
            } else {
                skipped += 1
                if examples.count < 3 { examples.append(name) }
            }
        }
        return kept
    }
}

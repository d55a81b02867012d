internal import Glibc

/// Reads PETA as the field compares attribute recognition on it: pictures numbered `images/00001.png` …, and `PETA.mat`.
///
/// The labels are 35 of the 105, yes/no each; train and val of a partition train, its test is the gallery. Pictures were
/// drawn, not persons: a person may be in both, and nothing is to be found again, so that there are no queries.
/// Source: Li, Chen, Huang 2015 (DeepMAR); Deng et al. 2014; on the shared persons Jia et al. 2020 (arXiv 2005.11909).
public struct PETAPartitionReader: Sendable {
    /// The folder that `images` is in.
    public let folder: String

    /// The label file; nil: `PETA.mat` in the folder or the one above.
    public let labels: String?

    /// Which of the file's partitions, from 1 on.
    public let partition: Int

    /// A reader of one partition of the pictures in `folder`.
    public init(_ folder: String, labels: String? = nil, partition: Int = 1) {
        (self.folder, self.labels, self.partition) = (folder, labels, partition)
    }

    static let labelFile = "PETA.mat"
    private static let pictureFolder = "images"

    /// Whether a folder holds `PETA.mat`, or pictures that are named as it numbers them.
    static func isPETA(_ folder: String) -> Bool {
        access(folder + "/" + labelFile, F_OK) == 0 || access(path(folder, 1), F_OK) == 0
    }

    /// All pictures of the partition, those that train first, in the order of their numbers.
    ///
    /// Throws where the label file or the pictures' folder is missing or damaged, or there is no such partition.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        let matrix = try PETAMatrix(MATLABFile(findLabels()))
        guard matrix.partitions.indices.contains(partition - 1) else {
            throw PersonDataError(
                matrix.path, "has no partition \(partition), but \(matrix.partitions.count); choose by --partition")
        }
        let part = matrix.partitions[partition - 1]
        let names = try folderNames(folder + "/" + Self.pictureFolder, expected: "folder of PETA's numbered pictures")
        // identities above 0, whatever the file counts from
        let persons = Set(matrix.persons).sorted()
        let places = Dictionary(uniqueKeysWithValues: persons.enumerated().map { ($1, $0 + 1) })
        func entries(_ pictures: [Int], _ split: DataSplit) -> [PersonEntry] {
            pictures.sorted().map { picture in
                PersonEntry(
                    path: Self.path(folder, picture + 1), name: Self.path(nil, picture + 1),
                    personID: places[matrix.persons[picture]] ?? 0, cameraID: 0, split: split,
                    labels: matrix.labels[picture])
            }
        }
        var catalogue = PersonCatalogue(
            table: matrix.table, entries: entries(part.train + part.validation, .train) + entries(part.test, .gallery),
            source: "PETA, partition \(partition) of \(matrix.path), pictures in \(folder)")
        for person in persons where places[person] != person {
            catalogue.identityNames[places[person] ?? 0] = "person \(person)"
        }
        catalogue.tallies = tallies(matrix, part, catalogue)
        catalogue.notes = notes(matrix, part, catalogue, names)
        return catalogue
    }

    private func tallies(_ matrix: PETAMatrix, _ part: PETAPartition, _ catalogue: PersonCatalogue) -> [Tally] {
        [
            Tally("pictures", matrix.labels.count, published: 19_000),
            Tally("persons", Set(matrix.persons).count, published: 8_705),
            Tally("labels", matrix.labelCount, published: 105),
            Tally("selected labels", matrix.table.valueCount, published: 35),
            Tally("partitions", matrix.partitions.count, published: 5),
            Tally("train pictures", part.train.count, published: 9_500),
            Tally("validation pictures", part.validation.count, published: 1_900),
            Tally("test pictures", part.test.count, published: 7_600),
            Tally("train and validation persons", catalogue.counts(.train).persons),
            Tally("test persons", catalogue.counts(.gallery).persons),
        ]
    }

    private func notes(
        _ matrix: PETAMatrix, _ part: PETAPartition, _ catalogue: PersonCatalogue, _ names: [String]
    ) -> [String] {
        var notes = ["split: train and validation pictures train, test pictures are the gallery; there are no queries"]
        let trained = Set(catalogue.entries.filter { $0.split == .train }.map(\.personID))
        let test = catalogue.entries.filter { $0.split == .gallery }
        let seen = test.filter { trained.contains($0.personID) }
        if !seen.isEmpty {
            notes.append(
                "\(seen.count) test pictures show \(Set(seen.map(\.personID)).count) persons who train, too: pictures were "
                    + "drawn, not persons; figures are higher than on people never seen")
        }
        let unused = matrix.labels.count - catalogue.entries.count
        if unused > 0 { notes.append("\(unused) pictures are in no part of the partition; not used") }
        let rare = matrix.rareLabels(atMost: 0.05)
        if !rare.isEmpty {
            notes.append("\(rare.count) labels that at most 5 % of the pictures have: \(rare.shortList)")
        }
        let others = names.filter { name in
            guard let number = Int(name.prefix { $0 != "." }), (1...matrix.labels.count).contains(number) else {
                return true
            }
            return Self.path(nil, number) != "\(Self.pictureFolder)/\(name)"
        }
        if !others.isEmpty { notes.append("\(others.count) files of other names skipped: \(others.shortList)") }
        return notes + matrix.notes
    }

    private func findLabels() throws(PersonDataError) -> String {
        let places = labels.map { [$0] } ?? [folder, folder + "/.."].map { $0 + "/" + Self.labelFile }
        for place in places where access(place, R_OK) == 0 { return place }
        if let labels { throw .system(labels, "cannot be read as \(Self.labelFile)") }
        throw PersonDataError(
            folder, "there is no \(Self.labelFile) in it or in the folder above: give the file's path by --labels")
    }

    /// `images/00001.png`, in `folder` where there is one.
    static func path(_ folder: String?, _ number: Int) -> String {
        let digits = String(number)
        return (folder.map { $0 + "/" } ?? "") + "\(pictureFolder)/"
            + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".png"
    }
}

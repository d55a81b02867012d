internal import Tensors

/// Reads PETA (Deng et al. 2014), or some of its ten subsets.
///
/// `PETA dataset/<subset>/archive/` holds the pictures and `Label.txt`. Half of each subset's persons, drawn by a seed,
/// train; the others test: a subset has the same halves whichever others are read with it. There are no cameras: one picture of each test person who has two or more, drawn by the seed, is
/// the query, the rest is the gallery.
public struct PETAReader: Sendable {
    /// The folder that the subsets are in, or the one that `PETA dataset` is in.
    public let folder: String

    /// Which subsets.
    public let subsets: [PETASubset]

    /// Names the halves and the queries.
    public let seed: UInt64

    /// Of which of them test persons are kept.
    public let testSubsets: [PETASubset]

    /// A reader of some subsets in `folder`.
    public init(
        _ folder: String, subsets: [PETASubset] = PETASubset.paper, seed: UInt64 = 1, testSubsets: [PETASubset]? = nil
    ) {
        (self.folder, self.subsets, self.seed) = (folder, subsets, seed)
        self.testSubsets = testSubsets ?? subsets
    }

    /// The name of the folder that PETA unpacks to.
    static let innerFolder = "PETA dataset"

    /// Whether a folder holds a subset of PETA.
    static func isPETA(_ folder: String) -> Bool {
        PETASubset.allCases.contains { isFolder("\(root(of: folder))/\($0.rawValue)/archive") }
    }

    /// All pictures in the order of splits, subsets and names.
    ///
    /// Throws where a subset or its labels are missing or are none of PETA's.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        let root = Self.root(of: folder)
        var findings = PETAFindings()
        var persons: [PETAPerson] = []
        for subset in subsets { persons += try read(subset, root, &findings) }
        if persons.isEmpty { throw PersonDataError(folder, "has no pictures in the subsets that were asked for") }
        let places = Self.places(persons)
        let training = half(persons)
        var parts = [[PersonEntry]](repeating: [], count: DataSplit.allCases.count)
        var singles = 0
        for (index, person) in persons.enumerated() {
            var query: Int?
            if !training.contains(index) {
                guard testSubsets.contains(person.subset) else { continue }
                var random = RandomStream(seed: seed, .query, index: UInt64(places[index]))
                query = person.files.count > 1 ? random.below(person.files.count) : nil
                if query == nil { singles += 1 }
            }
            for (number, file) in person.files.enumerated() {
                let split: DataSplit = training.contains(index) ? .train : number == query ? .query : .gallery
                let name = "\(person.subset.rawValue)/archive/\(file)"
                parts[Int(split.rawValue)].append(
                    PersonEntry(
                        path: root + "/" + name, name: name, personID: places[index], cameraID: 0, split: split,
                        labels: person.labels ?? .unknown(.peta)))
            }
        }
        findings.singles = singles
        var catalogue = PersonCatalogue(
            table: .peta, entries: parts.flatMap { $0 },
            source: "PETA (\(subsets.map(\.rawValue).joined(separator: " "))) in \(root), seed \(seed)")
        if testSubsets != subsets { catalogue.source += ", test " + testSubsets.map(\.rawValue).joined(separator: " ") }
        for (index, person) in persons.enumerated() {
            catalogue.identityNames[places[index]] = "\(person.subset.rawValue) \(person.identity)"
        }
        catalogue.tallies = findings.tallies(persons) + catalogue.splitTallies().filter { $0.what != "cameras" }
        catalogue.notes = findings.notes(persons, seed: seed)
        return catalogue
    }

    /// Numbers of persons that do not depend on which other subsets are read: 10,000 a subset.
    private static func places(_ persons: [PETAPerson]) -> [Int] {
        var counts: [PETASubset: Int] = [:]
        return persons.map { person in
            counts[person.subset, default: 0] += 1
            return (PETASubset.allCases.firstIndex(of: person.subset) ?? 0) * 10_000 + (counts[person.subset] ?? 0)
        }
    }

    /// The places of the persons that train: half of each subset, the larger one where they are odd.
    private func half(_ persons: [PETAPerson]) -> Set<Int> {
        var result: Set<Int> = []
        for (number, subset) in PETASubset.allCases.enumerated() {
            let places = persons.indices.filter { persons[$0].subset == subset }
            var random = RandomStream(seed: seed, .permutation, index: UInt64(number))
            result.formUnion(random.permutation(places.count).prefix((places.count + 1) / 2).map { places[$0] })
        }
        return result
    }

    /// The persons of a subset, numbers first, in order.
    private func read(
        _ subset: PETASubset, _ root: String, _ findings: inout PETAFindings
    ) throws(PersonDataError) -> [PETAPerson] {
        let directory = "\(root)/\(subset.rawValue)/archive"
        let names = try folderNames(directory, expected: "folder of PETA's \(subset.rawValue)")
        let file = try PETALabelFile(directory + "/Label.txt", subset)
        var files: [String: [String]] = [:]
        for name in names where name != "Label.txt" {
            if let identity = subset.identity(ofPicture: name) {
                files[identity, default: []].append(name)
            } else {
                findings.skipped.append("\(subset.rawValue)/\(name)")
            }
        }
        findings.add(file, subset, pictured: Set(files.keys))
        func isBefore(_ a: String, _ b: String) -> Bool {
            let (first, second) = (isDigits(a.utf8), isDigits(b.utf8))
            if first != second { return first }
            return first && a.utf8.count != b.utf8.count
                ? a.utf8.count < b.utf8.count : a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        return files.keys.sorted(by: isBefore).map {
            PETAPerson(subset: subset, identity: $0, files: files[$0] ?? [], labels: file.labels[$0])
        }
    }

    private static func root(of folder: String) -> String {
        isFolder(folder + "/" + innerFolder) ? folder + "/" + innerFolder : folder
    }
}

/// A person of a subset, with the names of the pictures.
struct PETAPerson {
    let subset: PETASubset
    let identity: String
    let files: [String]

    /// nil where the label file does not speak of the person.
    let labels: PersonLabels?
}

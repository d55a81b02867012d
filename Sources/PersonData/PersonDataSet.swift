internal import Glibc

/// A data set on disk, of a kind that is told by its content.
public struct PersonDataSet: Sendable {
    /// The kinds that are read.
    public enum Kind: String, Sendable {
        case market1501 = "Market-1501"
        case dukeMTMC = "DukeMTMC-reID"
        case peta = "PETA"
        case petaPartition = "PETA with PETA.mat"
        case imageNet = "ImageNet-2012"
        case manifest = "CSV manifest"
    }

    /// Its folder or file.
    public let path: String

    /// What it is.
    public let kind: Kind

    private let labels: String?
    private let subsets: [PETASubset], testSubsets: [PETASubset]?
    private let seed: UInt64
    private let partition: Int

    /// Looks at what is at `path`.
    ///
    /// `labels` is the label file of Market-1501, DukeMTMC-reID, ImageNet's `val`, or PETA's `PETA.mat`, where it does not
    /// lie in or above the folder; `subsets`, `testSubsets` (those of which test persons are kept) and `seed` are PETA's
    /// (the paper's eight, these, 1), `partition` is one of `PETA.mat`'s (the first).
    /// Throws where there is nothing, or nothing that is known, and where something is given that the data set has not.
    public init(
        _ path: String, labels: String? = nil, subsets: String? = nil, testSubsets: String? = nil, seed: UInt64? = nil,
        partition: Int? = nil
    ) throws(PersonDataError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw PersonDataError(
                path, "there is no such folder or manifest; name the folder of a data set, or a CSV file")
        }
        (self.path, self.labels, self.seed, self.partition) = (path, labels, seed ?? 1, partition ?? 1)
        self.subsets = try PETASubset.list(subsets ?? "paper")
        self.testSubsets = try testSubsets.map { text throws(PersonDataError) in try PETASubset.list(text) }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        let isPartition = isFolder && partition != nil && PETAPartitionReader.isPETA(path)
        kind = try isPartition ? .petaPartition : isFolder ? Self.kind(of: path) : .manifest
        let (chosen, kept) = (self.subsets, self.testSubsets)
        if let stranger = kept?.first(where: { !chosen.contains($0) }) {
            throw PersonDataError(path, "\(stranger.rawValue) is to test, but not among the subsets that are read")
        }
        let isDrawn = subsets != nil || testSubsets != nil || seed != nil
        let isStrange =
            switch kind {
            case .peta: labels != nil || partition != nil
            case .petaPartition: isDrawn
            case .manifest: isDrawn || partition != nil || labels != nil
            default: isDrawn || partition != nil
            }
        if isStrange {
            throw PersonDataError(
                path,
                "is \(kind.rawValue): subsets and seed go with PETA, a partition with PETA.mat, a label file with the other "
                    + "folders")
        }
    }

    /// Reads what is known of its pictures; they themselves are not opened.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        switch kind {
        case .market1501: try Market1501Reader(path, attributes: labels).read()
        case .dukeMTMC: try DukeMTMCReader(path, attributes: labels).read()
        case .peta: try PETAReader(path, subsets: subsets, seed: seed, testSubsets: testSubsets).read()
        case .petaPartition: try PETAPartitionReader(path, labels: labels, partition: partition).read()
        case .imageNet: try ImageNetReader(path, labels: labels).read()
        case .manifest: try CSVManifestReader(path).read()
        }
    }

    /// By the names of inner folders, of the pictures, of the label file.
    private static func kind(of folder: String) throws(PersonDataError) -> Kind {
        if PETAReader.isPETA(folder) { return .peta }
        if PETAPartitionReader.isPETA(folder) { return .petaPartition }
        if ImageNetReader.isImageNet(folder) { return .imageNet }
        let known: [(Kind, ThreeFolders)] = [
            (.market1501, Market1501Reader.layout), (.dukeMTMC, DukeMTMCReader.layout),
        ]
        for (kind, layout) in known where isFolder(folder + "/" + layout.innerFolder) { return kind }
        for part in Market1501Reader.layout.parts {
            guard let names = try? folderNames(folder + "/" + part.folder, expected: "folder") else { continue }
            for name in names {
                for (kind, layout) in known where layout.parse(name) != nil { return kind }
            }
        }
        for (kind, layout) in known where access(folder + "/" + layout.labelFile, F_OK) == 0 { return kind }
        throw PersonDataError(
            folder,
            "is no data set that is known here: neither bounding_box_train, query and bounding_box_test with pictures "
                + "named as Market-1501's or DukeMTMC-reID's, nor PETA's folders, as TownCentre/archive, or PETA.mat, nor "
                + "ImageNet's, as train/n01440764; other sets can be listed in a CSV file")
    }
}

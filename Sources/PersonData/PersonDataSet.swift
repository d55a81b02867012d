internal import Glibc

/// A data set on disk, of a kind that is told by its content.
public struct PersonDataSet: Sendable {
    /// The kinds that are read.
    public enum Kind: String, Sendable {
        case market1501 = "Market-1501"
        case dukeMTMC = "DukeMTMC-reID"
        case manifest = "CSV manifest"
    }

    /// Its folder or file.
    public let path: String

    /// What it is.
    public let kind: Kind

    private let labels: String?

    /// Looks at what is at `path`.
    ///
    /// `labels` is the label file of Market-1501 or DukeMTMC-reID, where it does not lie in or above the folder. Throws where
    /// there is nothing, or nothing that is known.
    public init(_ path: String, labels: String? = nil) throws(PersonDataError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw PersonDataError(
                path, "there is no such folder or manifest; name the folder of a data set, or a CSV file")
        }
        (self.path, self.labels) = (path, labels)
        kind = try status.st_mode & S_IFMT == S_IFDIR ? Self.kind(of: path) : .manifest
        if kind == .manifest && labels != nil {
            throw PersonDataError(path, "is \(kind.rawValue): a label file goes with the folders of data sets")
        }
    }

    /// Reads what is known of its pictures; they themselves are not opened.
    public func read() throws(PersonDataError) -> PersonCatalogue {
        switch kind {
        case .market1501: try Market1501Reader(path, attributes: labels).read()
        case .dukeMTMC: try DukeMTMCReader(path, attributes: labels).read()
        case .manifest: try CSVManifestReader(path).read()
        }
    }

    /// By the names of inner folders, of the pictures, of the label file.
    private static func kind(of folder: String) throws(PersonDataError) -> Kind {
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
                + "named as Market-1501's or DukeMTMC-reID's; other sets can be listed in a CSV file")
    }
}

internal import Glibc
internal import HDF5

/// Writes a prepared file: whole, or not at all.
///
/// The metadata are known first; then rows of pixels come in any order and from any thread; `finish` puts the file in
/// place. Until then it is called `PATH.partial1`, and a writer that goes away without `finish` removes it: only a
/// process that is killed leaves it.
public final class PreparedFileWriter: Sendable {
    /// The file to be.
    public let path: String

    /// What the file is called until it is whole.
    static func partialPath(_ path: String, stage: Int = 1) -> String { "\(path).partial\(stage)" }

    let rows: RowFile
    private let partial: String

    /// Begins a file for the given pictures, all `height`×`width`.
    ///
    /// Throws where it cannot be created, or the catalogue is none that training could use.
    public convenience init(
        _ path: String, catalogue: PersonCatalogue, height: Int, width: Int, provenance: PreparedProvenance
    ) throws(PersonDataError) {
        try self.init(
            path, catalogue: catalogue, height: height, width: width, provenance: provenance, stage: 1)
    }

    /// Begins a file under the partial name of `stage`: while stage 2 is written, stage 1 is read.
    init(
        _ path: String, catalogue: PersonCatalogue, height: Int, width: Int, provenance: PreparedProvenance,
        stage: Int
    ) throws(PersonDataError) {
        precondition(height > 0 && width > 0, "pictures of \(height)×\(width)")
        try catalogue.check()
        let partial = Self.partialPath(path, stage: stage)
        // left behind by a job that was killed
        for left in stage...2 { unlink(Self.partialPath(path, stage: left)) }
        try Self.checkPlace(path, partial)
        (self.path, self.partial) = (path, partial)
        do {
            let offset = try Self.create(partial, catalogue, height, width, provenance)
            rows = try RowFile(
                partial, offset: offset, rowBytes: height * width * 3, rows: catalogue.entries.count)
        } catch {
            unlink(partial)
            throw (error as? PersonDataError) ?? PersonDataError(path, "cannot be written: \(error)")
        }
    }

    /// Goes on with the partial file that an earlier job left, where it is whole up to its pixels.
    init?(resuming path: String, _ head: PreparationRecord.Head) {
        (self.path, partial) = (path, Self.partialPath(path))
        var status = stat()
        guard stat(partial, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            Int(status.st_size) >= head.offset + head.rows * head.rowBytes,
            let rows = try? RowFile(partial, offset: head.offset, rowBytes: head.rowBytes, rows: head.rows)
        else { return nil }
        self.rows = rows
    }

    /// Where the pixels begin in the partial file.
    var offset: Int { rows.offset }

    deinit { if rows.isStill(partial) { unlink(partial) } }

    /// Writes the `height · width · 3` bytes of picture number `row`.
    public func write(_ row: Int, _ pixels: UnsafeRawBufferPointer) throws(PersonDataError) {
        try rows.write(row, pixels)
    }

    /// Waits until all is on the disk and gives the file its name.
    public func finish() throws(PersonDataError) {
        if !rows.isStill(partial) {
            throw PersonDataError(path, "cannot be put in place: another job writes the same file")
        }
        try PreparedSeal.write(partial, offset: rows.offset, count: rows.rows * rows.rowBytes)
        try rows.synchronise()
        try moveIntoPlace(partial, to: path)
    }

    /// Throws where the file could not be put in place in the end: known before hours of decoding, in the system's words.
    private static func checkPlace(_ path: String, _ partial: String) throws(PersonDataError) {
        var information = stat()
        if stat(path, &information) == 0 && information.st_mode & S_IFMT != S_IFREG {
            throw PersonDataError(path, "is a folder or device, not a file: give the prepared file's name")
        }
        let descriptor = open(partial, O_CREAT | O_WRONLY | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw .system(path, "cannot be written") }
        close(descriptor)
    }

    private static func create(
        _ path: String, _ catalogue: PersonCatalogue, _ height: Int, _ width: Int,
        _ provenance: PreparedProvenance
    ) throws -> Int {
        let entries = catalogue.entries
        let file = try File(creating: path)
        try file.setAttribute("format", to: PreparedFile.format)
        try file.setAttribute("format_version", to: PreparedFile.version)
        try file.setAttribute("attribute_table", to: catalogue.table.withAllValues(false).json)
        try file.setAttribute("source", to: provenance.source)
        try file.setAttribute("resize", to: provenance.resize)
        try file.setAttribute("versions", to: provenance.versions)
        try file.setAttribute("date", to: provenance.date)
        for split in DataSplit.allCases {
            let counts = catalogue.counts(split)
            try file.setAttribute("\(split)_pictures", to: counts.pictures)
            try file.setAttribute("\(split)_persons", to: counts.persons)
        }
        let count = entries.count
        try file.write(entries.map { Int32($0.personID) }, shape: [count], to: PreparedFile.personID)
        try file.write(entries.map { Int32($0.cameraID) }, shape: [count], to: PreparedFile.cameraID)
        try file.write(entries.map(\.split.rawValue), shape: [count], to: PreparedFile.split)
        try file.write(entries.map(\.name), to: PreparedFile.name)
        try file.write(
            entries.flatMap(\.labels.states), shape: [count, catalogue.table.valueCount],
            to: PreparedFile.labelValues)
        let named = catalogue.identityNames.sorted { $0.key < $1.key }
        try file.write(named.map { Int32($0.key) }, shape: [named.count], to: PreparedFile.identityID)
        try file.write(named.map(\.value), to: PreparedFile.identityName)
        try file.write(provenance.notes, to: PreparedFile.notes)
        try file.write(provenance.badPictures, to: PreparedFile.badPictures)
        let images = try file.createDataset(PreparedFile.images, .uint8, shape: [count, height, width, 3])
        let offset = try images.fileOffset()
        try file.close()
        return offset
    }
}

extension PersonCatalogue {
    /// Throws where the catalogue is none that a prepared file can hold.
    func check() throws(PersonDataError) {
        if entries.isEmpty { throw PersonDataError(source, "has no pictures") }
        for entry in entries {
            if entry.labels.states.count != table.valueCount {
                throw PersonDataError(
                    entry.path,
                    "has \(entry.labels.states.count) labels, its table \(table.valueCount) values")
            }
            if entry.split == .train && entry.personID <= 0 {
                throw PersonDataError(
                    entry.path,
                    "is a train picture of identity \(entry.personID): train identities are above 0")
            }
            if Int32(exactly: entry.personID) == nil || Int32(exactly: entry.cameraID) == nil {
                throw PersonDataError(
                    entry.path,
                    "has the identity \(entry.personID) and camera \(entry.cameraID), one too large")
            }
        }
    }
}

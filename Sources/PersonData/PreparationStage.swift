internal import Images

/// A file that is being prepared: rank 0 owns it, all ranks write rows.
struct PreparationStage {
    let rows: RowFile
    private let writer: PreparedFileWriter?

    /// Which rows are done, and on rank 0 the lock on the whole; nil where the rows are only copied.
    let record: (file: PreparationRecord, head: PreparationRecord.Head)?

    /// Begins a file, or goes on with the one that a killed job left; `tell` is called on rank 0 where there is one.
    init(
        decoding catalogue: PersonCatalogue, to path: String, _ options: Preparation, _ ranks: some RankGroup,
        _ tell: (String) -> Void
    ) throws {
        let recordPath = PreparedFileWriter.partialPath(path) + ".done"
        let rowBytes = options.height * options.width * 3
        var fingerprint = Fingerprint([catalogue.fingerprint, UInt64(options.height), UInt64(options.width)])
        for text in [options.versions, Resizer.convention] { fingerprint.add(text) }
        func head(_ offset: Int) -> PreparationRecord.Head {
            PreparationRecord.Head(
                fingerprint: fingerprint.value, offset: offset, rows: catalogue.entries.count, rowBytes: rowBytes)
        }
        let owned = try ranks.agree(path) { () -> (PreparedFileWriter, PreparationRecord)? in
            guard ranks.rank == 0 else { return nil }
            let record = try PreparationRecord.own(recordPath)
            if let left = record.head() {
                if left == head(left.offset), let writer = PreparedFileWriter(resuming: path, left) {
                    let done = (0..<left.blocks).filter { record.note(of: $0) != nil }
                    let count = done.reduce(0) { $0 + left.rows(of: $1).count }
                    tell("\(path): goes on where an earlier run ended, with \(count) of \(left.rows) pictures done")
                    return (writer, record)
                }
                tell("\(path): an earlier run left a part made of other pictures, options or versions; begun anew")
            }
            let writer = try Self.writer(path, catalogue, [], options, stage: 1)
            // what the record speaks of must be on the disk before it
            try writer.rows.synchronise()
            try record.begin(head(writer.offset))
            return (writer, record)
        }
        writer = owned?.0
        rows = try Self.rows(path, owned?.0, catalogue, rowBytes, stage: 1, ranks)
        let file = try ranks.agree(path) { try owned?.1 ?? PreparationRecord.join(recordPath) }
        record = (file, head(rows.offset))
    }

    /// Begins the file that the good ones of a first file's rows are copied to.
    init(
        copying catalogue: PersonCatalogue, to path: String, bad: [String], _ options: Preparation,
        _ ranks: some RankGroup
    ) throws {
        let writer = try ranks.agree(path) {
            ranks.rank == 0 ? try Self.writer(path, catalogue, bad, options, stage: 2) : nil
        }
        (self.writer, record) = (writer, nil)
        rows = try Self.rows(path, writer, catalogue, options.height * options.width * 3, stage: 2, ranks)
    }

    /// Puts the file into its place.
    func finish(_ path: String, _ ranks: some RankGroup) throws {
        try ranks.agree(path) { try rows.synchronise() }
        try ranks.agree(path) { try writer?.finish() }
    }

    private static func writer(
        _ path: String, _ catalogue: PersonCatalogue, _ bad: [String], _ options: Preparation, stage: Int
    ) throws(PersonDataError) -> PreparedFileWriter {
        let provenance = PreparedProvenance(
            source: catalogue.source, resize: Resizer.convention, versions: options.versions, date: options.date,
            notes: catalogue.findings, badPictures: bad)
        return try PreparedFileWriter(
            path, catalogue: catalogue, height: options.height, width: options.width, provenance: provenance,
            stage: stage)
    }

    /// The rows of rank 0's writer, on every rank.
    private static func rows(
        _ path: String, _ writer: PreparedFileWriter?, _ catalogue: PersonCatalogue, _ rowBytes: Int, stage: Int,
        _ ranks: some RankGroup
    ) throws -> RowFile {
        let offset = try ranks.broadcast(writer?.offset ?? 0)
        return try ranks.agree(path) {
            try writer?.rows
                ?? RowFile(
                    PreparedFileWriter.partialPath(path, stage: stage), offset: offset, rowBytes: rowBytes,
                    rows: catalogue.entries.count)
        }
    }
}

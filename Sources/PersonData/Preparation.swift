internal import Images
public import Tensors

/// Turns a data set into a prepared file: decodes its pictures, brings them to one size, writes all in one file.
///
/// The ranks of a job share the work, the threads of a team that of a rank; the file is the same whatever their
/// number. Each picture's bytes go straight to their place in the file. Only where pictures turn out bad, and are
/// left out, are the others copied once more.
public struct Preparation: Sendable {
    /// H, in pixels.
    public var height: Int

    /// W, in pixels.
    public var width: Int

    /// Whether a bad picture is an error, and not left out.
    public var strict: Bool

    /// Versions of the program and of its libraries, for the file's provenance.
    public var versions: String

    /// The date, for the file's provenance.
    public var date: String

    /// A preparation; pictures of 224×112 as the model takes them.
    public init(
        height: Int = 224, width: Int = 112, strict: Bool = false, versions: String = "", date: String = ""
    ) {
        (self.height, self.width, self.strict) = (height, width, strict)
        (self.versions, self.date) = (versions, date)
    }

    /// What came out.
    public struct Summary: Equatable, Sendable {
        /// Pictures in the file.
        public let pictures: Int

        /// Pictures left out.
        public let badCount: Int

        /// Name and reason of each picture left out; on rank 0 only.
        public let badPictures: [String]
    }

    /// Prepares the catalogue that `read` gives on every rank, and writes `path`.
    ///
    /// `progress` is called on the calling thread, with the pictures this rank has done and those it has to do.
    /// Throws on all ranks where it does on one; the file is then as before, and nothing is left beside it.
    @discardableResult
    public func run(
        to path: String, ranks: some RankGroup = SoloRanks(), team: WorkerTeam = .solo,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
        reading read: () throws -> PersonCatalogue
    ) throws -> Summary {
        let catalogue = try ranks.agree(path) {
            let catalogue = try read()
            try catalogue.check()
            return catalogue
        }
        let fingerprint = try ranks.broadcast(catalogue.fingerprint)
        try ranks.agree(path) {
            if fingerprint != catalogue.fingerprint {
                throw PersonDataError(
                    catalogue.source,
                    "rank \(ranks.rank) sees other pictures than rank 0: it must be a shared folder")
            }
        }
        let first = try begin(path, catalogue, [], stage: 1, ranks)
        let decoder = SharedDecoder(catalogue: catalogue, height: height, width: width, rows: first.rows)
        let bad = try ranks.agree(path) {
            try decoder.decode(ranks.share(of: catalogue.entries.count), team: team, progress: progress)
        }
        var flags = [Int](repeating: 0, count: catalogue.entries.count)
        for picture in bad { flags[picture.index] = 1 }
        flags = try ranks.sum(flags)
        let badCount = flags.reduce(0, +)
        let words = try ranks.gatherStrings(bad.map { "\(catalogue.entries[$0.index].name): \($0.reason)" })
        if strict && badCount > 0 || badCount == flags.count {
            throw PersonDataError(
                catalogue.source,
                "\(badCount) of \(flags.count) pictures cannot be read"
                    + (words.first.map { ", the first is \($0)" } ?? ""))
        }
        if badCount == 0 {
            try finish(first, path, ranks)
            return Summary(pictures: flags.count, badCount: 0, badPictures: [])
        }
        let good = flags.indices.filter { flags[$0] == 0 }
        var rest = catalogue
        rest.entries = good.map { catalogue.entries[$0] }
        let second = try begin(path, rest, words, stage: 2, ranks)
        try ranks.agree(path) {
            var row = [UInt8](repeating: 0, count: first.rows.rowBytes)
            for index in ranks.share(of: good.count) {
                try row.withUnsafeMutableBytes { bytes in
                    try first.rows.read(good[index], into: bytes)
                    try second.rows.write(index, UnsafeRawBufferPointer(bytes))
                }
            }
        }
        try finish(second, path, ranks)
        return Summary(pictures: good.count, badCount: badCount, badPictures: words)
    }

    /// A file that is being written: rank 0 owns it, all write rows.
    private struct Stage {
        let writer: PreparedFileWriter?
        let rows: RowFile
    }

    private func begin(
        _ path: String, _ catalogue: PersonCatalogue, _ bad: [String], stage: Int, _ ranks: some RankGroup
    ) throws -> Stage {
        let writer = try ranks.agree(path) { () -> PreparedFileWriter? in
            guard ranks.rank == 0 else { return nil }
            let provenance = PreparedProvenance(
                source: catalogue.source, resize: Resizer.convention, versions: versions, date: date,
                notes: catalogue.findings, badPictures: bad)
            return try PreparedFileWriter(
                path, catalogue: catalogue, height: height, width: width, provenance: provenance, stage: stage
            )
        }
        let offset = try ranks.broadcast(writer?.offset ?? 0)
        let rows = try ranks.agree(path) {
            try writer?.rows
                ?? RowFile(
                    PreparedFileWriter.partialPath(path, stage: stage), offset: offset,
                    rowBytes: height * width * 3, rows: catalogue.entries.count)
        }
        return Stage(writer: writer, rows: rows)
    }

    private func finish(_ stage: Stage, _ path: String, _ ranks: some RankGroup) throws {
        try ranks.agree(path) { try stage.rows.synchronise() }
        try ranks.agree(path) { try stage.writer?.finish() }
    }
}

extension PersonCatalogue {
    /// A number that differs where the pictures do (FNV-1a over names and identities).
    var fingerprint: Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for entry in entries {
            for byte in entry.name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            let number = entry.personID &* 4 &+ Int(entry.split.rawValue)
            hash = (hash ^ UInt64(bitPattern: Int64(number))) &* 0x100_0000_01B3
        }
        return Int(truncatingIfNeeded: hash)
    }
}

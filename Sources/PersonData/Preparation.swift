public import Tensors

/// Turns a data set into a prepared file: decodes its pictures, brings them to one size, writes all in one file.
///
/// The ranks of a job share the work, the threads of a team that of a rank; the file is the same whatever their
/// number. Pictures' bytes go straight to their place in the file, some at once. Only where pictures turn out bad, and are
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

        /// Pictures that an earlier run, which was killed, had decoded already.
        public let kept: Int

        init(pictures: Int, badCount: Int, badPictures: [String], kept: Int = 0) {
            (self.pictures, self.badCount, self.badPictures, self.kept) = (pictures, badCount, badPictures, kept)
        }
    }

    /// Prepares the catalogue that `read` gives on every rank, and writes `path`.
    ///
    /// `progress` is called on the calling thread, with the pictures this rank has done and those it has to do.
    /// Throws on all ranks where it does on one; the file is then as before, and nothing is left beside it. A job that
    /// is killed leaves `path.partial1` and a record of what is done in it: the next one, of whatever number of ranks,
    /// goes on from there if pictures and options are the same, and `tell`s so in one line, on rank 0.
    @discardableResult
    public func run(
        to path: String, ranks: some RankGroup = SoloRanks(), team: WorkerTeam = .solo,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }, tell: (String) -> Void = { _ in },
        reading read: () throws -> PersonCatalogue
    ) throws -> Summary {
        let catalogue = try ranks.agree(path) {
            let catalogue = try read()
            try catalogue.check()
            return catalogue
        }
        let fingerprint = Int(truncatingIfNeeded: catalogue.fingerprint)
        let expected = try ranks.broadcast(fingerprint)
        try ranks.agree(path) {
            if fingerprint != expected {
                throw PersonDataError(
                    catalogue.source,
                    "rank \(ranks.rank) sees other pictures than rank 0: it must be a shared folder")
            }
        }
        let first = try PreparationStage(decoding: catalogue, to: path, self, ranks, tell)
        guard let record = first.record else { preconditionFailure("a stage that decodes has a record") }
        let decoder = SharedDecoder(
            catalogue: catalogue, height: height, width: width, rows: first.rows, record: record.file,
            head: record.head)
        let outcome = try ranks.agree(path) {
            try decoder.decode(ranks.share(of: record.head.blocks), team: team, progress: progress)
        }
        let (bad, kept) = (outcome.bad, try ranks.sum([outcome.kept])[0])
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
            try first.finish(path, ranks)
            return Summary(pictures: flags.count, badCount: 0, badPictures: [], kept: kept)
        }
        let good = flags.indices.filter { flags[$0] == 0 }
        var rest = catalogue
        rest.entries = good.map { catalogue.entries[$0] }
        let second = try PreparationStage(copying: rest, to: path, bad: words, self, ranks)
        try ranks.agree(path) {
            var row = [UInt8](repeating: 0, count: first.rows.rowBytes)
            for index in ranks.share(of: good.count) {
                try row.withUnsafeMutableBytes { bytes in
                    try first.rows.read(good[index], into: bytes)
                    try second.rows.write(index, UnsafeRawBufferPointer(bytes))
                }
            }
        }
        try second.finish(path, ranks)
        // on all ranks the first file has been read: it may go
        withExtendedLifetime(first) {}
        return Summary(pictures: good.count, badCount: badCount, badPictures: words, kept: kept)
    }
}

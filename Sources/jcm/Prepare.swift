internal import ArgumentParser
internal import Foundation
internal import MPI
internal import PersonData
internal import Training

/// `jcm prepare`: pictures on disk become one file that training maps.
struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decodes and resizes a data set's pictures into one HDF5 file.",
        discussion: """
            SOURCE is the folder of a data set, which is recognised by its content: Market-1501 or DukeMTMC-reID \
            (bounding_box_train, query, bounding_box_test, and market_attribute.mat or duke_attribute.mat), PETA \
            (<subset>/archive with pictures and Label.txt, or images/00001.png … with PETA.mat), ImageNet-2012 \
            (train/<wnid>, and val in such folders or flat beside the developers' kit). Or a CSV manifest: columns path, \
            split (train, query, gallery), identity, optionally camera, then one column an attribute; an empty cell is \
            unknown. With --check the source is read, counted, compared with what its publishers state, and nothing is \
            written. A run that was killed is gone on with by the same command.
            """)

    @Argument(help: "The folder of a data set, or a CSV manifest.")
    var source: String

    @Option(help: "The HDF5 file to write; replaced when the new one is whole.")
    var output: String?

    @Flag(help: "Only counts what is there and names what is odd; writes nothing.")
    var check = false

    @Option(help: "Takes the size of the pictures from this recipe or preset (default: paper, 224×112).")
    var recipe = "paper"

    @Option(help: "Height of the prepared pictures, in pixels.")
    var height: Int?

    @Option(help: "Width of the prepared pictures, in pixels.")
    var width: Int?

    @Option(help: "The label file, where it does not lie in or above the data set's folder.")
    var labels: String?

    @Option(help: "PETA's subsets: paper (without CUHK and MIT), all, or names as TownCentre,VIPeR (default: paper).")
    var subsets: String?

    @Option(
        help: "Of which of PETA's subsets test people are kept, such as TownCentre (default: of all that are read).")
    var testSubsets: String?

    @Option(help: "Draws the half of PETA's people that train, and the queries (default: 1).")
    var seed: UInt64?

    @Option(help: "Which of PETA.mat's partitions of PETA's numbered pictures, 1 to 5 (default: 1).")
    var partition: Int?

    @Flag(help: "A picture that cannot be read is an error (default: it is named and left out).")
    var strict = false

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        if output == nil && !check { throw ValidationError("--output says which file to write, --check that none is") }
        if output != nil && check { throw ValidationError("--check writes nothing: leave out --output") }
    }

    func run() throws {
        MPIRuntime.run { world in
            guard let output else { return try runCheck(world) }
            let size = try world.agree { try resolveSize() }
            let team = threads.team()
            defer { team.stop() }
            let preparation = Preparation(
                height: size.height, width: size.width, strict: strict,
                versions: "jcm \(JCMCommand.configuration.version)", date: Self.date)
            let started = Date()
            let progress = ProgressLine("decoding", unit: "pictures of this rank")
            var catalogue: PersonCatalogue?
            let result = Result {
                try preparation.run(
                    to: output, ranks: WorldRanks(world: world), team: team,
                    progress: { progress.show($0, of: $1) }, tell: { print($0) },
                    reading: {
                        let read = try read()
                        catalogue = read
                        return read
                    })
            }
            progress.end()
            let summary = try world.agree(on: result)
            if world.rank == 0, let catalogue { report(catalogue, summary, output, size, started) }
        }
    }

    /// Now; or what `SOURCE_DATE_EPOCH` says, as programs that make files do for equal bytes from equal input.
    private static var date: String {
        let asked = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { TimeInterval($0) }
        return ISO8601DateFormatter().string(from: asked.map { Date(timeIntervalSince1970: $0) } ?? Date())
    }

    /// Rank 0 alone reads and speaks.
    private func runCheck(_ world: Communicator) throws {
        try world.agree {
            guard world.rank == 0 else { return }
            let check = try CatalogueCheck(read())
            for line in check.lines { print(line) }
            let words = check.differences == 0 ? "no number differs" : "\(check.differences) numbers differ"
            print("\(source): can be prepared; \(words) from what is published; nothing was written")
        }
    }

    private func resolveSize() throws -> (height: Int, width: Int) {
        let model = try RecipeReader.read(recipe).model
        let size = (height: height ?? model.inputHeight, width: width ?? model.inputWidth)
        guard (1...8192).contains(size.height), (1...8192).contains(size.width) else {
            throw TrainingError("--height, --width: \(size.height)×\(size.width); 1 to 8192 pixels are possible")
        }
        return size
    }

    private func read() throws -> PersonCatalogue {
        try PersonDataSet(
            source, labels: labels, subsets: subsets, testSubsets: testSubsets, seed: seed, partition: partition
        ).read()
    }

    private func report(
        _ catalogue: PersonCatalogue, _ summary: Preparation.Summary, _ output: String,
        _ size: (height: Int, width: Int), _ started: Date
    ) {
        for finding in catalogue.findings { print("  \(finding)") }
        for bad in summary.badPictures.prefix(20) { print("  left out: \(bad)") }
        if summary.badCount > 20 { print("  … and \(summary.badCount - 20) more; all are named in the file") }
        let table = catalogue.table
        let seconds = String(format: "%.1f", Date().timeIntervalSince(started))
        print(
            "\(output): \(summary.pictures) pictures, \(size.height)×\(size.width), \(table.attributes.count) attributes, "
                + "K = \(table.tokenCount), \(summary.badCount) left out, in \(seconds) s"
                + (summary.kept > 0 ? ", \(summary.kept) of them decoded by an earlier run" : ""))
    }
}

/// The ranks of a job, as preparation sees them.
private struct WorldRanks: RankGroup {
    let world: Communicator

    var rank: Int { world.rank }
    var count: Int { world.count }

    func barrier() throws { try world.barrier() }

    func gatherStrings(_ strings: [String]) throws -> [String] {
        let text = String(decoding: try JSONEncoder().encode(strings), as: UTF8.self)
        guard let parts = try world.gatherStrings(text) else { return [] }
        return try parts.flatMap { try JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    }

    func sum(_ values: [Int]) throws -> [Int] {
        var sums = values.map { Int64($0) }
        try world.allReduce(&sums, .sum)
        return sums.map { Int($0) }
    }

    func broadcast(_ value: Int) throws -> Int { Int(try world.broadcast(Int64(value))) }
}

internal import ArgumentParser
internal import Foundation
internal import Images
internal import PersonData
internal import Synthesis

/// `jcm synthesize`: synthetic twins of Market-1501, DukeMTMC-reID and PETA.
struct Synthesize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws a synthetic twin of a data set: walking people whose looks follow their attributes.",
        discussion: """
            Writes picture files under the data set's names, and labels of its structure: market_attribute.mat, \
            duke_attribute.mat, PETA's Label.txt, or numbered pictures and PETA.mat.
            """)

    @Argument(help: "The folder to write; must not exist, or be empty.")
    var folder: String

    @Option(
        help: "The data set that it stands for: market, duke, peta, or peta-mat (numbered pictures with PETA.mat).",
        transform: { name in
            guard let kind = TwinKind(rawValue: name) else {
                throw ValidationError("--layout \(name): market, duke, peta and peta-mat are possible")
            }
            return kind
        })
    var layout = TwinKind.market

    @Flag(help: "Of the size that the data set's publishers state; counts of people, pictures, cameras are not used.")
    var fullSize = false

    @Option(help: "A folder with the lists of Market-1501's own file names, which the twin gets.")
    var names: String?

    @Option(help: "Names the twin: the same seed gives the same bytes.")
    var seed: UInt64 = 1

    @Option(help: "People in bounding_box_train.")
    var trainIdentities = 480

    @Option(help: "People in query and bounding_box_test.")
    var testIdentities = 80

    @Option(help: "Pictures of each person, over all cameras.")
    var picturesPerIdentity = 8

    @Option(help: "Cameras of the site, 2 to 9.")
    var cameras = 6

    @Option(help: "Height of the pictures, in pixels.")
    var height = 128

    @Option(help: "Width of the pictures, in pixels.")
    var width = 64

    @Option(help: "Gallery pictures of nobody in particular (id 0000).")
    var distractors = 60

    @Option(help: "Badly cut gallery pictures (id -1).")
    var junk = 30

    @Option(help: "The least share of rare values such as a hat; 0 keeps Market's shares.")
    var minimumShare: Float = 0.12

    @Option(help: "A market_attribute.mat whose people are drawn, instead of people with Market's statistics.")
    var attributes: String?

    @Flag(help: "Replace what the folder holds.")
    var overwrite = false

    @Option(help: "Also write a sheet of some people as a PNG file.")
    var sheet: String?

    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        if layout != .market && (attributes != nil || names != nil) {
            throw ValidationError("--attributes and --names go with --layout market")
        }
    }

    func run() throws {
        var configuration = TwinConfiguration(seed: seed)
        configuration.trainIdentities = trainIdentities
        configuration.testIdentities = testIdentities
        configuration.picturesPerIdentity = picturesPerIdentity
        configuration.cameras = cameras
        configuration.height = height
        configuration.width = width
        configuration.distractors = distractors
        configuration.junk = junk
        configuration.minimumShare = minimumShare
        var wanted = configuration
        if fullSize || names != nil { (wanted.trainIdentities, wanted.testIdentities) = (9998, 9998) }
        let known = try attributes.map { try Twin.people(of: MarketAttributes($0), wanted) } ?? []
        let (twin, form) = try layout.twin(
            configuration, isFull: fullSize, known: known, names: names.map { try MarketNameLists($0) })
        let team = threads.team()
        let started = Date()
        let progress = ProgressLine("drawing", unit: "pictures")
        try TwinWriter.write(twin, as: form, to: folder, overwrite: overwrite, workers: team) {
            progress.show($0, of: $1)
        }
        progress.end()
        let seconds = Date().timeIntervalSince(started)
        print(
            "\(folder): \(twin.shots.count) pictures of \(twin.people.count) people, \(height)×\(width), in "
                + String(format: "%.1f s, %.0f a second", seconds, Double(twin.shots.count) / seconds))
        if let sheet { try writeSheet(twin, to: sheet) }
        team.stop()
    }

    /// Eight people a column pair, eight pictures each.
    private func writeSheet(_ twin: Twin, to path: String) throws {
        let shots = Dictionary(grouping: twin.shots.filter { $0.personID > 0 }, by: \.personID)
        let people = shots.keys.sorted().prefix(16).compactMap { shots[$0] }
        let pictures = people.flatMap { $0.prefix(8).map { twin.picture($0) } }
        let bytes = try PNGEncoder.encode(Sheet.grid(pictures, columns: 16))
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw TwinError("\(path): the sheet cannot be written: \(error.localizedDescription); the twin is whole")
        }
        print("\(path): a sheet of \(people.count) people")
    }
}

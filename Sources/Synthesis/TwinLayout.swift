internal import Foundation
internal import Images
internal import PersonData

/// How a twin lies on disk: as one of the data sets that it stands for.
public struct TwinLayout: Sendable {
    /// The folders that are written to.
    let folders: [String]

    /// Where a picture's file lies.
    let path: @Sendable (TwinShot) -> String

    /// Writes the labels into the twin's folder.
    let writeLabels: @Sendable (Twin, _ folder: String) throws(TwinError) -> Void

    /// The three folders of Market-1501, its names, and `market_attribute.mat`.
    public static let market = TwinLayout(
        folders: TwinShot.Folder.allCases.map(\.rawValue), path: { "\($0.folder.rawValue)/\($0.fileName)" },
        writeLabels: { twin, folder throws(TwinError) in
            try MarketLabelFile.write(twin.people, to: folder + "/" + TwinWriter.labelFile)
        })

    /// The same folders, the names of DukeMTMC-reID, and `duke_attribute.mat`.
    public static let duke = TwinLayout(
        folders: TwinShot.Folder.allCases.map(\.rawValue),
        path: { shot in
            let frame = TwinShot.padded(shot.frame, 7)
            return "\(shot.folder.rawValue)/\(TwinShot.padded(shot.personID, 4))_c\(shot.camera)_f\(frame).jpg"
        },
        writeLabels: { twin, folder throws(TwinError) in
            try DukeLabelFile.write(twin.people, to: folder + "/duke_attribute.mat") {
                twin.hasLightShoes($0.personID)
            }
        })

    /// The subsets of PETA, each with its kind of picture file, and a `Label.txt` in each.
    static func peta(_ plan: PETATwin) -> TwinLayout {
        TwinLayout(
            folders: PETASubset.allCases.map(PETATwin.folder), path: { plan.path($0) },
            writeLabels: { twin, folder throws(TwinError) in
                for (subset, text) in plan.labels(twin.people) {
                    let path = "\(folder)/\(PETATwin.folder(subset))/Label.txt"
                    do {
                        try text.write(toFile: path, atomically: false, encoding: .utf8)
                    } catch { throw TwinError("twin: \(path): \(error.localizedDescription)") }
                }
            })
    }

    /// PETA's pictures in one folder, numbered, and `PETA.mat`.
    static func petaMatrix(_ plan: PETATwin) -> TwinLayout {
        let paths = plan.numberedPaths()
        return TwinLayout(
            folders: ["images"],
            path: { shot in
                guard let path = paths[shot] else { preconditionFailure("no picture of PETA's") }
                return path
            },
            writeLabels: { twin, folder throws(TwinError) in
                try plan.matrix(twin.people, seed: twin.configuration.seed).write(to: folder + "/PETA.mat")
            })
    }

    /// A picture as a file of the kind that the name says.
    static func encode(_ picture: Picture, as path: String, quality: Int) throws -> [UInt8] {
        if path.hasSuffix(".bmp") { return BMPEncoder.encode(picture) }
        if path.hasSuffix(".png") { return try PNGEncoder.encode(picture) }
        return try JPEGEncoder.encode(picture, quality: quality)
    }
}

/// The data sets that twins stand for.
public enum TwinKind: String, Sendable, CaseIterable {
    case market, duke, peta
    case petaMatrix = "peta-mat"

    /// A twin of this kind, and how it lies on disk.
    ///
    /// Of the published size where `isFull`: the configuration's numbers of people, pictures and cameras are then not
    /// used. `known` are people whose attributes are given, `names` Market-1501's own names.
    ///
    /// - Throws: `TwinError` for a value out of range.
    public func twin(
        _ configuration: TwinConfiguration, isFull: Bool = false, known: [TwinPerson] = [],
        names: MarketNameLists? = nil
    ) throws(TwinError) -> (twin: Twin, layout: TwinLayout) {
        var configuration = configuration
        switch self {
        case .market:
            if let names {
                let people = names.people(configuration, known: known)
                return (try Twin(configuration: configuration, people: people, shots: names.shots), .market)
            }
            if !isFull { break }
            (configuration.trainIdentities, configuration.testIdentities, configuration.cameras) = (751, 750, 6)
            let people = known.isEmpty ? TwinSchedule.people(configuration) : known
            let shots =
                FullSize.shots(people, FullSize.market) + TwinSchedule.extras(0, count: 2_798, configuration)
                + TwinSchedule.extras(-1, count: 3_819, configuration)
            return (try Twin(configuration: configuration, people: people, shots: shots), .market)
        case .duke:
            (configuration.distractors, configuration.junk) = (0, 0)
            if !isFull { break }
            (configuration.trainIdentities, configuration.cameras) = (702, 8)
            configuration.testIdentities = 702 + FullSize.dukeDistractors
            let people = TwinSchedule.people(configuration)
            let shots = FullSize.shots(people, FullSize.duke, unasked: FullSize.dukeDistractors)
            return (try Twin(configuration: configuration, people: people, shots: shots), .duke)
        case .peta, .petaMatrix:
            let count = configuration.trainIdentities + configuration.testIdentities
            let plan =
                isFull
                ? PETATwin.full() : PETATwin.small(people: count, pictures: configuration.picturesPerIdentity)
            configuration.testIdentities = 0
            configuration.trainIdentities = isFull ? PETATwin.persons : count
            let people = TwinSchedule.people(configuration)
            let layout = self == .peta ? TwinLayout.peta(plan) : .petaMatrix(plan)
            return (try Twin(configuration: configuration, people: people, shots: plan.shots), layout)
        }
        let twin =
            try known.isEmpty
            ? Twin(configuration: configuration) : Twin(configuration: configuration, people: known)
        return (twin, self == .duke ? .duke : .market)
    }
}

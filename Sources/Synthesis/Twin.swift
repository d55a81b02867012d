public import Images
internal import Tensors

/// A synthetic twin of Market-1501: people with attributes, and pictures of them by several cameras.
///
/// It holds no pictures. Each is a pure function of the seed, the person, the camera, the sequence, the frame and
/// the box, and is drawn when asked for; nothing depends on the order or on the number of threads.
public struct Twin: Sendable {
    /// What it was made from.
    public let configuration: TwinConfiguration

    /// The identities in the order of their numbers.
    public let people: [TwinPerson]

    /// Every picture: train, query and gallery of the identities, distractors, junk.
    public let shots: [TwinShot]

    private let looks: [Int: PersonLook]
    private let cameras: [Int: CameraProfile]

    /// A twin whose people are drawn with Market's shares of attributes.
    ///
    /// - Throws: `TwinError` for a value out of range.
    public init(configuration: TwinConfiguration) throws(TwinError) {
        try configuration.validate()
        try self.init(configuration: configuration, people: TwinSchedule.people(configuration))
    }

    /// A twin of given people, such as those of a real label file; `shots` where file names are given, too.
    ///
    /// The configuration's counts of identities are not used then.
    ///
    /// - Throws: `TwinError` for a value out of range, a person listed twice or a shot of an unknown person.
    public init(
        configuration: TwinConfiguration, people: [TwinPerson], shots: [TwinShot]? = nil
    ) throws(TwinError) {
        try configuration.validate()
        var looks: [Int: PersonLook] = [:]
        for person in people {
            guard (1...9999).contains(person.personID) else {
                throw TwinError("twin: person id \(person.personID), expected 1 to 9999")
            }
            guard looks[person.personID] == nil else {
                throw TwinError("twin: person id \(person.personID) is listed twice, expected once")
            }
            var random = RandomStream(
                seed: configuration.seed, .synthesis, index: StreamName.look(person: person.personID).index)
            looks[person.personID] = PersonLook(person.look, &random)
        }
        let all =
            shots ?? people.flatMap { TwinSchedule.shots($0, configuration) }
            + TwinSchedule.extras(0, count: configuration.distractors, configuration)
            + TwinSchedule.extras(-1, count: configuration.junk, configuration)
        var seen: [Int: CameraProfile] = [:]
        for shot in all {
            guard shot.personID <= 0 || looks[shot.personID] != nil, (1...9).contains(shot.camera),
                (1...9).contains(shot.sequence)
            else {
                throw TwinError(
                    "twin: shot \(shot.fileName), expected a listed person, camera and sequence 1 to 9")
            }
            if seen[shot.camera] == nil {
                seen[shot.camera] = CameraProfile(shot.camera, seed: configuration.seed)
            }
        }
        self.configuration = configuration
        self.people = people.sorted { $0.personID < $1.personID }
        self.shots = all
        self.looks = looks
        cameras = seen
    }

    /// Whether a person's shoes are rather light than dark.
    func hasLightShoes(_ personID: Int) -> Bool {
        looks[personID].map { $0.shoe.luminance > 0.4 } ?? false
    }

    /// Draws one picture.
    public func picture(_ shot: TwinShot) -> Picture {
        let camera = cameras[shot.camera] ?? CameraProfile(shot.camera, seed: configuration.seed)
        var scene = Scene(configuration, camera: camera, shot: shot)
        return scene.picture(of: looks[shot.personID])
    }

    /// Draws picture `shot` of a person's first walk past `camera`.
    public func picture(person: TwinPerson, camera: Int, shot: Int) -> Picture {
        precondition(looks[person.personID] != nil, "person \(person.personID) is not of this twin")
        return picture(
            TwinShot(
                folder: person.trains ? .train : .gallery, personID: person.personID, camera: camera,
                sequence: 1,
                frame: shot, box: 1))
    }
}

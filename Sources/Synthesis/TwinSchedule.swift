internal import Tensors

/// Who passes which camera when: from it follow the file names and what is query and what gallery.
enum TwinSchedule {
    /// Frames between two pictures of a walk: a second of video.
    private static let frameStep = 25

    /// People 1…N with drawn attributes; which of them train is drawn, too.
    static func people(_ configuration: TwinConfiguration) -> [TwinPerson] {
        let total = configuration.trainIdentities + configuration.testIdentities
        var split = RandomStream(seed: configuration.seed, .synthesis, index: StreamName.split.index)
        let train = Set(split.permutation(total).prefix(configuration.trainIdentities))
        return (0..<total).map { index in
            TwinPerson(
                personID: index + 1, trains: train.contains(index), look: look(index + 1, configuration))
        }
    }

    /// A person's drawn attributes.
    static func look(_ person: Int, _ configuration: TwinConfiguration) -> MarketLook {
        var random = RandomStream(
            seed: configuration.seed, .synthesis, index: StreamName.attributes(person: person).index)
        return AttributeMarginals.draw(&random, minimumShare: configuration.minimumShare)
    }

    /// The pictures of one person, by camera and time.
    ///
    /// A person is seen by so many cameras that each has two pictures or more, where there are four in all: then
    /// one of each camera can be a query and every query finds the person in another camera's gallery.
    static func shots(_ person: TwinPerson, _ configuration: TwinConfiguration) -> [TwinShot] {
        var random = RandomStream(
            seed: configuration.seed, .synthesis, index: StreamName.schedule(person: person.personID).index)
        let pictures = configuration.picturesPerIdentity
        let most = max(2, min(configuration.cameras, pictures / 2))
        let count = max(2, most - 2) + random.below(most - max(2, most - 2) + 1)
        let cameras = random.permutation(configuration.cameras).prefix(count).map { $0 + 1 }.sorted()
        var shots: [TwinShot] = []
        for (place, camera) in cameras.enumerated() {
            let share = pictures / count + (place < pictures % count ? 1 : 0)
            let sequence = 1 + random.below(3)
            var frame = 1 + random.below(90_000)
            for _ in 0..<share {
                shots.append(
                    TwinShot(
                        folder: person.trains ? .train : .gallery, personID: person.personID, camera: camera,
                        sequence: sequence, frame: frame, box: 1 + random.below(4)))
                frame += frameStep * (1 + random.below(2))
            }
        }
        guard !person.trains else { return shots }
        let queries = pictures >= 4 ? min(count, configuration.maximumQueriesPerIdentity) : 1
        for camera in cameras.prefix(queries) {
            let own = shots.indices.filter { shots[$0].camera == camera }
            shots[own[random.below(own.count)]].folder = .query
        }
        return shots
    }

    /// Pictures of id 0 or −1, spread over the cameras.
    static func extras(_ personID: Int, count: Int, _ configuration: TwinConfiguration) -> [TwinShot] {
        (0..<count).map { index in
            TwinShot(
                folder: .gallery, personID: personID, camera: 1 + index % configuration.cameras,
                sequence: 1 + index / configuration.cameras % 6, frame: 1 + index, box: personID == 0 ? 0 : 1)
        }
    }
}

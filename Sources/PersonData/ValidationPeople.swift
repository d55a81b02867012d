internal import Tensors

/// People of the training half who are set aside, so that settings can be chosen without a look at the test.
///
/// Drawn from a seed of their own, the same whatever a run's seed is. A person's first picture by each camera is a query,
struct ValidationPeople {
    /// Their parts of the set: the pictures of these people, and no split where a picture is not used at all.
    let splits: [DataSplit?]

    /// Sets `count` training people aside.
    init(
        _ count: Int, personIDs: [Int], cameraIDs: [Int], splits: [DataSplit], source: String
    ) throws(PersonDataError) {
        let people = Set(zip(personIDs, splits).filter { $0.1 == .train && $0.0 > 0 }.map(\.0)).sorted()
        guard count < people.count else {
            throw PersonDataError(
                source,
                "has \(people.count) training people, \(count) for validation leave none; lower "
                    + "data.validation_identities")
        }
        var random = RandomStream(seed: 1, .permutation, index: 1)
        let chosen = Set(random.permutation(people.count).prefix(count).map { people[$0] })
        var result = splits.map { $0 == .train ? DataSplit?.some(.train) : nil }
        var seen: Set<[Int]> = []
        for index in splits.indices where splits[index] == .train && chosen.contains(personIDs[index]) {
            let isFirst = seen.insert([personIDs[index], cameraIDs[index]]).inserted
            result[index] = isFirst ? .query : .gallery
        }
        self.splits = result
    }
}

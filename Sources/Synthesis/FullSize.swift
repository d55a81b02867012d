internal import PersonData

/// The pictures of a twin of the published size: so many of train, query and gallery, shared evenly among people and
/// cameras.
enum FullSize {
    /// What the publishers state.
    struct Counts {
        let train: Int
        let query: Int
        let gallery: Int
        let cameras: Int
    }

    /// Market-1501, without distractors and junk.
    static let market = Counts(train: 12_936, query: 3_368, gallery: 13_115, cameras: 6)

    /// DukeMTMC-reID.
    static let duke = Counts(train: 16_522, query: 2_228, gallery: 17_661, cameras: 8)

    /// Test people of DukeMTMC-reID who are in no query.
    static let dukeDistractors = 408

    /// The pictures; the last `unasked` people of the test half are in no query.
    static func shots(_ people: [TwinPerson], _ counts: Counts, unasked: Int = 0) -> [TwinShot] {
        let test = people.filter { !$0.trains }.map(\.personID)
        func share(
            _ folder: TwinShot.Folder, _ persons: [Int], _ count: Int, firstTurn: Int
        ) -> [TwinShot] {
            persons.isEmpty
                ? []
                : (0..<count).map { index in
                    let (person, turn) = (persons[index % persons.count], firstTurn + index / persons.count)
                    return TwinShot(
                        folder: folder, personID: person, camera: 1 + (person + turn) % counts.cameras, sequence: 1,
                        frame: 1 + person * 41 % 60_000 + 25 * turn, box: 1)
                }
        }
        // a query's camera comes again in the gallery, and others too: turns count on
        let turns = (counts.query + max(test.count - unasked, 1) - 1) / max(test.count - unasked, 1)
        return share(.train, people.filter(\.trains).map(\.personID), counts.train, firstTurn: 0)
            + share(.query, test.dropLast(unasked), counts.query, firstTurn: 0)
            + share(.gallery, test, counts.gallery, firstTurn: turns)
    }
}

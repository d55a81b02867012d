internal import PersonData

/// How a twin's people are shared among PETA's ten subsets.
struct PETATwin {
    /// Subset and number within it, by the person's number.
    private let places: [Int: (subset: PETASubset, number: Int)]

    /// The pictures, subset by subset.
    let shots: [TwinShot]

    /// 8,705 people on 19,000 pictures: 231 in TownCentre, one a picture in CUHK, the others in proportion.
    static let persons = 8_705

    /// All of PETA, each subset of the published size.
    static func full() -> PETATwin {
        let rest = PETASubset.allCases.filter { $0 != .townCentre && $0 != .cuhk }
        var (left, pictures) = (persons - 231 - PETASubset.cuhk.pictures, rest.reduce(0) { $0 + $1.pictures })
        var counts: [PETASubset: Int] = [.townCentre: 231, .cuhk: PETASubset.cuhk.pictures]
        for subset in rest {
            counts[subset] = left * subset.pictures / pictures
            left -= left * subset.pictures / pictures
            pictures -= subset.pictures
        }
        return PETATwin(PETASubset.allCases.map { ($0, counts[$0] ?? 0, $0.pictures) })
    }

    /// A small one: `people` over all subsets, each on `pictures` pictures, in CUHK on one.
    static func small(people: Int, pictures: Int) -> PETATwin {
        let count = PETASubset.allCases.count
        return PETATwin(
            PETASubset.allCases.enumerated().map { index, subset in
                let persons = people / count + (index < people % count ? 1 : 0)
                return (subset, persons, subset == .cuhk ? persons : persons * pictures)
            })
    }

    private init(_ parts: [(subset: PETASubset, persons: Int, pictures: Int)]) {
        var places: [Int: (PETASubset, Int)] = [:]
        var shots: [TwinShot] = []
        for part in parts {
            let first = places.count
            for number in 0..<part.persons { places[first + number + 1] = (part.subset, number + 1) }
            guard part.persons > 0 else { continue }
            for picture in 0..<part.pictures {
                let (person, turn) = (first + picture % part.persons + 1, picture / part.persons)
                shots.append(
                    TwinShot(
                        folder: .train, personID: person, camera: 1 + (person + turn / 4) % 9, sequence: 1,
                        frame: 1 + 25 * turn, box: 1))
            }
        }
        (self.places, self.shots) = (places, shots)
    }

    /// `PETA dataset/VIPeR/archive/0002_0026.bmp`; in CUHK the whole name is the person.
    func path(_ shot: TwinShot) -> String {
        guard let (subset, number) = places[shot.personID] else { preconditionFailure("nobody of PETA's") }
        let stem = TwinShot.padded(number, 4) + (subset == .cuhk ? "" : "_" + TwinShot.padded(shot.frame, 4))
        return "\(Self.folder(subset))/\(stem).\(subset.pictureEnding)"
    }

    /// Where a subset lies.
    static func folder(_ subset: PETASubset) -> String { "PETA dataset/\(subset.rawValue)/archive" }

    /// `images/00001.png` …, the pictures in the order of `shots`.
    func numberedPaths() -> [TwinShot: String] {
        Dictionary(uniqueKeysWithValues: shots.enumerated().map { ($1, "images/\(TwinShot.padded($0 + 1, 5)).png") })
    }

    /// `PETA.mat` of the pictures in the order of `shots`.
    func matrix(_ people: [TwinPerson], seed: UInt64) -> PETAMatrixFile {
        PETAMatrixFile(
            pictures: shots.map { shot in
                guard let (subset, number) = places[shot.personID] else { preconditionFailure("nobody of PETA's") }
                return (shot.personID, (PETASubset.allCases.firstIndex(of: subset) ?? 0) + 1, number)
            },
            labels: Dictionary(uniqueKeysWithValues: people.map { ($0.personID, Set($0.look.petaLabels)) }), seed: seed)
    }

    /// The lines of `Label.txt`, by subset.
    func labels(_ people: [TwinPerson]) -> [PETASubset: String] {
        var lines: [PETASubset: String] = [:]
        for person in people {
            guard let (subset, number) = places[person.personID] else { continue }
            let name = TwinShot.padded(number, 4) + (subset == .cuhk ? "." + subset.pictureEnding : "")
            lines[subset, default: ""] += ([name] + person.look.petaLabels).joined(separator: " ") + "\n"
        }
        return lines
    }
}

extension MarketLook {
    /// PETA's words for what Market-1501's attributes say.
    var petaLabels: [String] {
        func coloured(_ region: String, _ colour: String?) -> [String] {
            colour.map { [region + ($0 == "gray" ? "Grey" : $0.prefix(1).uppercased() + $0.dropFirst())] } ?? []
        }
        let age = [Age.young: "personalLess15", .teen: "personalLess30", .adult: "personalLess45"]
        let lowerType =
            dress
            ? (longLower ? "lowerBodyLongSkirt" : "lowerBodyShortSkirt")
            : (longLower ? "lowerBodyTrousers" : "lowerBodyShorts")
        let carried =
            (backpack ? ["carryingBackpack"] : []) + (bag ? ["carryingMessengerBag"] : [])
            + (handbag ? ["carryingOther"] : [])
        return [
            gender == .male ? "personalMale" : "personalFemale", age[self.age] ?? "personalLarger60",
            longHair ? "hairLong" : "hairShort", longSleeves ? "upperBodyLongSleeve" : "upperBodyShortSleeve",
            lowerType, hat ? "accessoryHat" : "accessoryNothing", "footwearShoes",
        ] + (carried.isEmpty ? ["carryingNothing"] : carried) + coloured("upperBody", upper?.rawValue)
            + coloured("lowerBody", lower?.rawValue)
    }
}

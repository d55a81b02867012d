internal import Foundation
internal import PersonData

/// The names that Market-1501's pictures have: read where the lists lie, for a twin of the same names.
///
/// A folder with `train_names.txt`, and `queryID.mat`, `queryCam.mat`, `testID.mat`, `testCam.mat`, as published for
/// k-reciprocal re-ranking (Zhong et al. 2017). Of test pictures only identity and camera are listed; sequence and frame
/// count up.
public struct MarketNameLists: Sendable {
    /// Every picture.
    public let shots: [TwinShot]

    /// Reads the lists in a folder.
    ///
    /// - Throws: `TwinError` where a list is missing or holds anything else; `PersonDataError` for a bad MATLAB file.
    public init(_ folder: String) throws {
        let path = folder + "/train_names.txt"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw TwinError("\(path): cannot be read; --names is a folder with the lists of Market-1501's names")
        }
        var shots: [TwinShot] = []
        for name in text.split(whereSeparator: \.isNewline) {
            guard let found = name.wholeMatch(of: /(\d{4})_c([1-9])s([1-9])_(\d{6})_(\d{2})\.jpg/),
                let person = Int(found.1), person > 0, let camera = Int(found.2), let sequence = Int(found.3),
                let frame = Int(found.4), let box = Int(found.5)
            else { throw TwinError("\(path): '\(name.prefix(40))' is no name of a train picture") }
            shots.append(
                TwinShot(
                    folder: .train, personID: person, camera: camera, sequence: sequence, frame: frame, box: box))
        }
        for (part, target) in [("query", TwinShot.Folder.query), ("test", .gallery)] {
            let (persons, cameras) = (
                try MATLABNumbers.read("\(folder)/\(part)ID.mat"), try MATLABNumbers.read("\(folder)/\(part)Cam.mat")
            )
            guard persons.count == cameras.count, persons.allSatisfy({ (-1...9999).contains($0) }),
                cameras.allSatisfy({ (1...9).contains($0) })
            else {
                throw TwinError("\(folder): \(part)ID.mat and \(part)Cam.mat are no lists of the same pictures")
            }
            for (index, (person, camera)) in zip(persons, cameras).enumerated() {
                shots.append(
                    TwinShot(
                        folder: target, personID: person, camera: camera, sequence: target == .query ? 1 : 2,
                        frame: index + 1, box: 0))
            }
        }
        self.shots = shots
    }

    /// The people on the pictures, with drawn attributes or those of `known`.
    public func people(_ configuration: TwinConfiguration, known: [TwinPerson] = []) -> [TwinPerson] {
        let looks = Dictionary(known.map { ($0.personID, $0.look) }) { first, _ in first }
        let train = Set(shots.filter { $0.folder == .train }.map(\.personID))
        return Set(shots.map(\.personID)).filter { $0 > 0 }.sorted().map { person in
            TwinPerson(
                personID: person, trains: train.contains(person),
                look: looks[person] ?? TwinSchedule.look(person, configuration))
        }
    }
}

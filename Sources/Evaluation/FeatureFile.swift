internal import HDF5
internal import PersonData
internal import Tensors

/// Features that something else made: an HDF5 file with the groups `query` and `gallery`, each with the data sets
/// `features` [N, D], `ids` [N] (above 0 a person, 0 a distractor, −1 junk) and `cameras` [N].
public struct FeatureFile {
    /// Whose they are.
    struct People {
        var persons: [Int] = [], cameras: [Int] = []
    }

    /// The file.
    public let path: String

    /// D.
    public let width: Int

    let query: People, gallery: People

    private static let parts = ["query", "gallery"]

    /// Opens and checks a file.
    ///
    /// Throws `PersonDataError` or the HDF5 wrapper's error, each one line with the file and the data set.
    public init(_ path: String) throws {
        self.path = path
        let file = try File(reading: path)
        var widths: [Int] = []
        var people: [People] = []
        for part in Self.parts {
            let name = "/\(part)/features"
            let features = try file.dataset(name)
            guard features.shape.count == 2, features.shape.allSatisfy({ $0 >= 1 }) else {
                throw PersonDataError(path, "\(name) has the shape \(features.shape), expected is [N, D]")
            }
            // Refuses what claims more than it stores, before memory is taken for it.
            _ = try features.read(rows: 0..<1, as: Float.self)
            widths.append(features.shape[1])
            people.append(
                People(
                    persons: try Self.numbers(file, "/\(part)/ids", count: features.shape[0]),
                    cameras: try Self.numbers(file, "/\(part)/cameras", count: features.shape[0])))
        }
        guard widths[0] == widths[1] else {
            throw PersonDataError(
                path, "features of the queries have \(widths[0]) numbers, those of the gallery \(widths[1])")
        }
        if let odd = people[0].persons.first(where: { $0 < 1 }) {
            throw PersonDataError(path, "/query/ids holds \(odd): a query is of a person, above 0")
        }
        if let odd = people[1].persons.first(where: { $0 < -1 }) {
            throw PersonDataError(path, "/gallery/ids holds \(odd): expected are persons above 0, 0 or -1")
        }
        (width, query, gallery) = (widths[0], people[0], people[1])
    }

    private static func numbers(_ file: File, _ name: String, count: Int) throws -> [Int] {
        let dataset = try file.dataset(name)
        guard dataset.shape == [count] else {
            throw PersonDataError(
                file.path, "\(name) has the shape \(dataset.shape), \(count) numbers belong to as many features")
        }
        return try dataset.read(rows: dataset.allRows, as: Int64.self).map { Int($0) }
    }

    /// A rank's features of several, each scaled to length 1.
    ///
    /// Throws where a feature is not finite.
    func table(rank: Int, of ranks: Int) throws -> FeatureTable {
        let file = try File(reading: path)
        let shares = [query, gallery].map { FeatureTable.share($0.persons.count, rank: rank, of: ranks) }
        let table = FeatureTable(width: width, queries: shares[0].count, gallery: shares[1].count)
        let block = max(1, (1 << 20) / width)
        let arena = Arena("features that are read")
        let slot = arena.reserve(Shape(block, width))
        arena.commit()
        for (part, (share, target)) in zip(Self.parts, zip(shares, [table.queries, table.gallery])) {
            let features = try file.dataset("/\(part)/features")
            for first in stride(from: share.lowerBound, to: share.upperBound, by: block) {
                let rows = first..<min(first + block, share.upperBound)
                let values = try features.read(rows: rows, as: Float.self)
                if let odd = values.firstIndex(where: { !$0.isFinite }) {
                    throw PersonDataError(
                        path, "/\(part)/features holds \(values[odd]) in row \(first + odd / width): numbers are needed"
                    )
                }
                let tensor = slot.prefix(rows.count)
                tensor.assign(values)
                FeatureTable.store(tensor, into: target, from: first - share.lowerBound)
            }
        }
        return table
    }
}

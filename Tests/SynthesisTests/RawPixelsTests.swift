import Images
import Synthesis
import Testing

/// How well a person is found again by bare pixels: the twin is worth something only if they do badly.
@Suite struct RawPixelsTests {
    /// Cross-camera rank-1 of the nearest neighbour on 16×8 averages, L2-normalised: single query, junk = same id
    /// and same camera.
    static func rankOne(seed: UInt64) throws -> Double {
        let twin = try Twin(
            configuration: TwinConfiguration(
                seed: seed, trainIdentities: 0, testIdentities: 40, picturesPerIdentity: 12, cameras: 6,
                maximumQueriesPerIdentity: 4, distractors: 0, junk: 0))
        let queries = twin.shots.filter { $0.folder == .query }
        let gallery = twin.shots.filter { $0.folder == .gallery }
        let features = gallery.map { feature(twin.picture($0)) }
        var hits = 0
        for query in queries {
            let wanted = feature(twin.picture(query))
            var best = -2.0
            var found = 0
            for (shot, candidate) in zip(gallery, features) {
                if shot.personID == query.personID && shot.camera == query.camera { continue }
                let likeness = zip(wanted, candidate).reduce(0) { $0 + $1.0 * $1.1 }
                if likeness > best { (best, found) = (likeness, shot.personID) }
            }
            hits += found == query.personID ? 1 : 0
        }
        return Double(hits) / Double(queries.count)
    }

    private static func feature(_ picture: Picture) -> [Double] {
        var sums = [Double](repeating: 0, count: 16 * 8 * 3)
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let cell = (row * 16 / picture.height * 8 + column * 8 / picture.width) * 3
                let pixel = (row * picture.width + column) * 3
                for channel in 0..<3 { sums[cell + channel] += Double(picture.pixels[pixel + channel]) }
            }
        }
        let norm = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sums.map { $0 / norm }
    }

    @Test func `raw pixels find a person in another camera seldom, yet more often than chance`() throws {
        let shares = try (1...4).map { try Self.rankOne(seed: UInt64($0)) }
        let mean = shares.reduce(0, +) / Double(shares.count)
        print("raw pixels, 40 people, 6 cameras: rank-1 \(shares), mean \(mean)")
        #expect(mean < 0.40)
        #expect(mean > 1.0 / 40)
    }
}

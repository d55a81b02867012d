import Synthesis
import Testing

@Suite struct TwinTests {
    static func small(_ seed: UInt64 = 7) -> TwinConfiguration {
        TwinConfiguration(
            seed: seed, trainIdentities: 6, testIdentities: 8, picturesPerIdentity: 9, distractors: 6, junk: 5
        )
    }

    @Test func `file names are Market's`() throws {
        let twin = try Twin(configuration: Self.small())
        for shot in twin.shots {
            #expect(
                shot.fileName.wholeMatch(of: /(-1|\d{4})_c\ds\d_\d{6}_\d{2}\.jpg/) != nil, "\(shot.fileName)")
        }
        #expect(Set(twin.shots.map { $0.folder.rawValue + $0.fileName }).count == twin.shots.count)
        let shot = TwinShot(folder: .train, personID: 2, camera: 1, sequence: 1, frame: 451, box: 3)
        #expect(shot.fileName == "0002_c1s1_000451_03.jpg")
        let junk = TwinShot(folder: .gallery, personID: -1, camera: 2, sequence: 3, frame: 4, box: 0)
        #expect(junk.fileName == "-1_c2s3_000004_00.jpg")
    }

    @Test func `train and test share no identity and hold what was asked for`() throws {
        let twin = try Twin(configuration: Self.small())
        let train = Set(twin.shots.filter { $0.folder == .train }.map(\.personID))
        let test = Set(twin.shots.filter { $0.folder != .train && $0.personID > 0 }.map(\.personID))
        #expect(train.count == 6 && test.count == 8 && train.isDisjoint(with: test))
        #expect(train == Set(twin.people.filter(\.trains).map(\.personID)))
        #expect(twin.shots.filter { $0.personID > 0 }.count == 14 * 9)
        #expect(twin.shots.filter { $0.personID == 0 }.count == 6)
        #expect(twin.shots.filter { $0.personID == -1 }.count == 5)
    }

    @Test(arguments: [2, 3, 4, 5, 9, 16])
    func `every query finds its person in another camera's gallery`(pictures: Int) throws {
        var configuration = Self.small()
        configuration.picturesPerIdentity = pictures
        let twin = try Twin(configuration: configuration)
        let gallery = twin.shots.filter { $0.folder == .gallery }
        for person in twin.people where !person.trains {
            let queries = twin.shots.filter { $0.folder == .query && $0.personID == person.personID }
            #expect(!queries.isEmpty)
            #expect(Set(queries.map(\.camera)).count == queries.count)
            for query in queries {
                #expect(gallery.contains { $0.personID == query.personID && $0.camera != query.camera })
            }
        }
    }

    @Test func `a picture is a function of its name and of the seed`() throws {
        let twin = try Twin(configuration: Self.small())
        let again = try Twin(configuration: Self.small())
        let other = try Twin(configuration: Self.small(8))
        for shot in twin.shots.reversed().prefix(20) {
            #expect(twin.picture(shot) == again.picture(shot))
        }
        #expect(twin.picture(twin.shots[0]) != other.picture(twin.shots[0]))
        #expect(twin.picture(twin.shots[0]) != twin.picture(twin.shots[1]))
        let person = twin.people[0]
        #expect(
            twin.picture(person: person, camera: 1, shot: 1)
                != twin.picture(person: person, camera: 2, shot: 1))
    }

    /// A checksum over pixels of several people and cameras: it is the same on every machine and at every
    /// instruction level, and changes only where the drawing is changed on purpose.
    @Test func `pixels are the same on every machine`() throws {
        let twin = try Twin(configuration: Self.small())
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for shot in twin.shots {
            for byte in twin.picture(shot).pixels { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        #expect(sum == 8626831453237653846, "\(sum)")
    }

    @Test(arguments: [(64, 32), (128, 64), (224, 112), (100, 47)])
    func `pictures have the size that was asked for`(height: Int, width: Int) throws {
        var configuration = Self.small()
        configuration.height = height
        configuration.width = width
        let twin = try Twin(configuration: configuration)
        let picture = twin.picture(twin.shots[0])
        #expect(picture.height == height && picture.width == width)
    }

    @Test func `given people and file names are taken as they are`() throws {
        let look = MarketLook(
            gender: .female, age: .old, longHair: true, longSleeves: true, longLower: false, dress: true,
            hat: true,
            handbag: true, upper: nil, lower: .pink)
        let person = TwinPerson(personID: 1501, trains: false, look: look)
        let shot = TwinShot(folder: .query, personID: 1501, camera: 6, sequence: 3, frame: 82_418, box: 1)
        let twin = try Twin(configuration: TwinConfiguration(), people: [person], shots: [shot])
        #expect(twin.shots == [shot] && twin.people == [person])
        #expect(throws: TwinError.self) {
            try Twin(configuration: TwinConfiguration(), people: [person, person])
        }
        #expect(throws: TwinError.self) {
            try Twin(configuration: TwinConfiguration(), people: [], shots: [shot])
        }
    }

    @Test func `impossible values are refused in one line that names them`() {
        func refused(_ name: String, _ change: (inout TwinConfiguration) -> Void) {
            var configuration = TwinConfiguration()
            change(&configuration)
            let error = #expect(throws: TwinError.self) { try Twin(configuration: configuration) }
            #expect(error?.description.contains(name) == true)
            #expect(error?.description.contains("\n") == false)
        }
        refused("testIdentities") { $0.testIdentities = -1 }
        refused("trainIdentities + testIdentities") {
            $0.trainIdentities = 6000; $0.testIdentities = 6000
        }
        refused("picturesPerIdentity") { $0.picturesPerIdentity = 1 }
        refused("cameras") { $0.cameras = 10 }
        refused("width") { $0.width = 0 }
        refused("jpegQuality") { $0.jpegQuality = 101 }
        refused("minimumShare") { $0.minimumShare = .nan }
    }
}

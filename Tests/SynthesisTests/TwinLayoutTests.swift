import Foundation
import PersonData
import Tensors
import TestSupport
import Testing

@testable import Synthesis

@Suite struct TwinLayoutTests {
    private var small: TwinConfiguration {
        TwinConfiguration(
            trainIdentities: 7, testIdentities: 5, picturesPerIdentity: 4, height: 32, width: 16, distractors: 2,
            junk: 2, oversampling: 1)
    }

    /// Writes a small twin, and reads it as the data set that it stands for.
    private func read(_ kind: TwinKind) throws -> (twin: Twin, catalogue: PersonCatalogue) {
        try TestPaths.withTemporaryFolder { folder in
            let (twin, layout) = try kind.twin(small)
            let path = folder.appending(path: "twin").path
            try TwinWriter.write(twin, as: layout, to: path, workers: WorkerTeam(1))
            let source = try PersonDataSet(path, subsets: kind == .peta ? "all" : nil)
            let expected = [
                TwinKind.market: PersonDataSet.Kind.market1501, .duke: .dukeMTMC, .peta: .peta,
                .petaMatrix: .petaPartition,
            ]
            #expect(source.kind == expected[kind])
            let catalogue = try source.read()
            let summary = try Preparation(height: 8, width: 4, strict: true).run(
                to: folder.appending(path: "a.h5").path, reading: { catalogue })
            #expect(summary.pictures == twin.shots.count)
            return (twin, catalogue)
        }
    }

    private func words(_ catalogue: PersonCatalogue, _ entry: PersonEntry) -> Set<String> {
        Set(catalogue.table.sequence(entry.labels).map { catalogue.table.tokenNames[$0 - 1] })
    }

    @Test func `a twin of DukeMTMC is read as one, with the attributes that were drawn`() throws {
        let (twin, catalogue) = try read(.duke)
        #expect(catalogue.entries.count == 12 * 4 && catalogue.entries.allSatisfy { $0.personID > 0 })
        for person in twin.people {
            let entry = try #require(catalogue.entries.first { $0.personID == person.personID })
            #expect((entry.split == .train) == person.trains)
            let words = words(catalogue, entry)
            #expect(words.contains(person.look.gender == .male ? "gender male" : "gender female"))
            #expect(words.contains(person.look.longSleeves ? "top long" : "top short"))
            #expect(words.contains("hat") == person.look.hat)
            #expect(words.contains("shoes light") == twin.hasLightShoes(person.personID))
            if person.look.lower == .blue { #expect(words.contains("lowerColour blue")) }
        }
    }

    @Test func `a twin of PETA is read as one: ten subsets, four kinds of picture files`() throws {
        let (twin, catalogue) = try read(.peta)
        // Half of each subset trains, the larger one where its people are odd.
        let people = Dictionary(grouping: Set(catalogue.entries.map(\.personID))) { $0 / 10_000 }
        #expect(people.count == 10 && people.values.map(\.count).reduce(0, +) == 12)
        #expect(catalogue.counts(.train).persons == people.values.reduce(0) { $0 + ($1.count + 1) / 2 })
        #expect(
            Set(catalogue.entries.map { ($0.name as NSString).pathExtension }) == ["bmp", "jpg", "jpeg", "png"])
        #expect(Set(catalogue.entries.map { $0.name.prefix { $0 != "/" } }).count == 10)
        #expect(!catalogue.notes.contains { $0.contains("discarded") }, "\(catalogue.notes)")
        #expect(catalogue.entries.allSatisfy { words(catalogue, $0).count >= 6 })
        let women = twin.people.count { $0.look.gender == .female }
        let female = Set(
            catalogue.entries.filter { words(catalogue, $0).contains("gender female") }.map(\.personID))
        #expect(female.count == women)
    }

    @Test func `a twin of PETA's numbered pictures has PETA.mat with what was drawn`() throws {
        let (twin, catalogue) = try read(.petaMatrix)
        #expect(catalogue.table.attributes.map(\.name) == Array(PETALabels.names.prefix(35)))
        #expect(catalogue.table.attributes.allSatisfy { $0.kind == .binary } && catalogue.table.tokenCount == 35)
        let counts = [DataSplit.train, .query, .gallery].map { catalogue.counts($0).pictures }
        #expect(counts == [twin.shots.count / 2 + twin.shots.count / 10, 0, twin.shots.count - counts[0]])
        for (index, shot) in twin.shots.enumerated() {
            let number = "0000\(index + 1)".suffix(5)
            let entry = try #require(catalogue.entries.first { $0.name == "images/\(number).png" })
            #expect(entry.personID == shot.personID)
            let look = try #require(twin.people.first { $0.personID == shot.personID }).look
            #expect(words(catalogue, entry) == Set(look.petaLabels).intersection(PETALabels.names.prefix(35)))
        }
        for line in ["labels: 105, as published", "selected labels: 35, as published", "partitions: 5, as published"] {
            #expect(catalogue.findings.contains(line), "\(catalogue.findings)")
        }
    }

    @Test(arguments: TwinKind.allCases) func `the full size is the published one`(kind: TwinKind) throws {
        let (twin, layout) = try kind.twin(TwinConfiguration(), isFull: true)
        let paths = twin.shots.map { layout.path($0) }
        #expect(Set(paths).count == paths.count)
        if kind == .peta {
            for subset in PETASubset.allCases {
                let folder = PETATwin.folder(subset) + "/"
                #expect(paths.count { $0.hasPrefix(folder) } == subset.pictures)
            }
        }
        if kind == .peta || kind == .petaMatrix {
            #expect(twin.people.count == 8_705 && Set(twin.shots.map(\.personID)).count == 8_705)
            #expect(paths.count == 19_000)
            return
        }
        let counts = Dictionary(grouping: twin.shots, by: \.folder).mapValues(\.count)
        #expect(
            counts
                == (kind == .market
                    ? [.train: 12_936, .query: 3_368, .gallery: 19_732]
                    : [.train: 16_522, .query: 2_228, .gallery: 17_661]))
        let cameras = Dictionary(grouping: twin.shots.filter { $0.folder == .gallery }, by: \.personID)
            .mapValues { Set($0.map(\.camera)) }
        let queries = twin.shots.filter { $0.folder == .query }
        #expect(queries.allSatisfy { cameras[$0.personID]?.subtracting([$0.camera]).isEmpty == false })
        #expect(Set(queries.map(\.personID)).count == (kind == .market ? 750 : 702))
        #expect(Set(twin.shots.map(\.camera)).count == (kind == .market ? 6 : 8))
        #expect(twin.people.count(where: \.trains) == (kind == .market ? 751 : 702))
    }

    @Test func `Market-1501's own names are the twin's`() throws {
        guard let folder = TestPaths.sharedData.map({ $0 + "/market_lists" }),
            FileManager.default.fileExists(atPath: folder)
        else { return print("skipped: there are no lists of Market-1501's names") }
        let lists = try MarketNameLists(folder)
        let (twin, layout) = try TwinKind.market.twin(small, names: lists)
        #expect(twin.people.count == 1_501 && twin.shots.count == 12_936 + 3_368 + 19_732)
        #expect(layout.path(twin.shots[0]) == "bounding_box_train/0002_c1s1_000451_03.jpg")
        #expect(twin.shots.count { $0.personID == -1 } == 3_819 && twin.shots.count { $0.personID == 0 } == 2_798)
        #expect(Set(twin.shots.map { layout.path($0) }).count == twin.shots.count)
    }

    @Test func `lists that are none are refused in one line`() throws {
        try TestPaths.withTemporaryFolder { folder in
            #expect(throws: TwinError.self) { try MarketNameLists(folder.path) }
            for text in ["../../x.jpg", "0002_c1s1_000451_03.jpg/..", "0000_c1s1_000451_03.jpg"] {
                try text.write(
                    to: folder.appending(path: "train_names.txt"), atomically: true, encoding: .utf8)
                let error = #expect(throws: TwinError.self) { try MarketNameLists(folder.path) }
                #expect(error?.description.contains("is no name of a train picture") == true)
            }
            try "0002_c1s1_000451_03.jpg\n".write(
                to: folder.appending(path: "train_names.txt"), atomically: true, encoding: .utf8)
            #expect(throws: PersonDataError.self) { try MarketNameLists(folder.path) }
        }
    }
}

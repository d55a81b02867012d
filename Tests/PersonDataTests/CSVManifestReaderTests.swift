import Testing

@testable import PersonData

@Suite struct CSVManifestReaderTests {
    func read(_ text: String) throws -> PersonCatalogue {
        let scene = try Scene()
        return try CSVManifestReader(scene.write("m.csv", text)).read()
    }

    func complaint(_ text: String) throws -> String {
        let scene = try Scene()
        let path = try scene.write("m.csv", text)
        let words = message { _ = try CSVManifestReader(path).read() } ?? "nothing"
        #expect(!words.contains("\n"))
        return words.hasPrefix(path) ? String(words.dropFirst(path.count + 2)) : words
    }

    @Test func `a manifest becomes a catalogue`() throws {
        let catalogue = try read(
            """
            \u{FEFF}path,split,identity,camera,gender,hat,upper_colour,smiles,#note\r
            a/1.jpg,train,7,2,male,no,red,1,"said ""hi"", twice\r
            on two lines"\r
            "a,2.jpg",query,12,,female,,red|blue,0,\r
            /b/3.png,test,0,3,,yes,none,,\r
            """)
        #expect(
            catalogue.table.attributes == [
                PersonAttribute("gender", .named(["female", "male"])), PersonAttribute("hat", .binary),
                PersonAttribute("upper_colour", .colour(["blue", "red"])), PersonAttribute("smiles", .binary),
            ])
        #expect(catalogue.entries.map(\.name) == ["a/1.jpg", "a,2.jpg", "/b/3.png"])
        #expect(catalogue.entries[0].path.hasSuffix("/a/1.jpg") && catalogue.entries[0].path.hasPrefix("/"))
        #expect(catalogue.entries[2].path == "/b/3.png")
        #expect(catalogue.entries.map(\.personID) == [7, 12, 0])
        #expect(catalogue.entries.map(\.cameraID) == [2, 0, 3])
        #expect(catalogue.entries.map(\.split) == [.train, .query, .gallery])
        #expect(
            catalogue.entries.map(\.labels.states) == [
                [0, 1, 0, 0, 1, 1], [1, 0, 255, 1, 1, 0], [255, 255, 1, 0, 0, 255],
            ])
        #expect(catalogue.identityNames.isEmpty)
        for line in [
            "train pictures: 1", "query persons: 1", "cameras: 2",
            "upper_colour: 1 pictures with several colours; \(Treatment.several)",
            "1 pictures are distractors (identity 0); wrong for every query",
            "1 queries without a picture by another camera in the gallery; they enter no figure",
            "gender: no train picture has female; it cannot be learned",
        ] {
            #expect(catalogue.findings.contains(line), "\(line)")
        }
    }

    @Test func `titles may say kind and values`() throws {
        let catalogue = try read(
            """
            path,split,identity,age:named=young|old,coat:colour=red|blue,number:named,seen:binary
            1,train,1,old,blue,1,
            2,train,1,,,0,
            """)
        #expect(
            catalogue.table.attributes == [
                PersonAttribute("age", .named(["young", "old"])),
                PersonAttribute("coat", .colour(["red", "blue"])),
                PersonAttribute("number", .named(["0", "1"])), PersonAttribute("seen", .binary),
            ])
        #expect(catalogue.entries[0].labels.states == [0, 1, 0, 1, 0, 1, 255])
    }

    @Test func `names of identities are numbered in order, and zero and minus one keep their meaning`() throws {
        let catalogue = try read(
            """
            path,split,identity,hat
            1,train,zoe,yes
            2,gallery,ann,yes
            3,gallery,-1,
            4,gallery,0,
            5,gallery,12,no
            """)
        #expect(catalogue.entries.map(\.personID) == [3, 2, -1, 0, 1])
        #expect(catalogue.identityNames == [1: "12", 2: "ann", 3: "zoe"])
    }

    @Test func `errors name line and column`() throws {
        let good = "path,split,identity,hat\n1,train,1,yes\n"
        #expect(try complaint(good) == "nothing")
        #expect(try complaint("") == "is empty: a header line was expected")
        #expect(try complaint("path,split,identity,hat\n") == "lists no pictures")
        #expect(try complaint("path,identity\n").hasPrefix("line 1: there is no column split;"))
        #expect(try complaint("path,split,identity\n1,train,1\n").contains("no attribute"))
        #expect(try complaint(good + "2,train,1\n") == "line 3 has 3 fields, the header 4")
        #expect(try complaint(good + "2,training,1,no\n").hasPrefix("line 3: column split: \"training\""))
        #expect(try complaint(good + ",train,1,no\n") == "line 3: column path is empty")
        #expect(try complaint(good + "1,train,1,no\n") == "line 3: column path: 1 is in line 2 already")
        #expect(try complaint(good + "2,train,0,no\n").hasPrefix("line 3: column identity: 0 in train"))
        #expect(try complaint(good + "2,train,99999999999,no\n").hasPrefix("line 3: column identity"))
        #expect(try complaint(good + "2,train,,no\n").hasPrefix("line 3: column identity"))
        #expect(try complaint(good + "2,train,1,\"no\n").hasPrefix("line 3: a quote is not closed"))
        #expect(try complaint(good + "2,train,1,\"no\"x\n").hasPrefix("line 3: text follows"))
        #expect(
            try complaint("path,split,identity,camera,hat\n1,train,1,two,yes\n").hasPrefix(
                "line 2: column camera"))
        #expect(
            try complaint("path,split,identity,hat:binary\n1,train,1,maybe\n").hasPrefix(
                "line 2: column hat: \"maybe\""))
        #expect(
            try complaint("path,split,identity,age:named=a|b\n1,train,1,c\n").hasPrefix(
                "line 2: column age: \"c\""))
        #expect(
            try complaint("path,split,identity,hat:odd\n1,train,1,c\n").contains(
                "column hat has the kind odd"))
        #expect(try complaint("path,split,identity,hat\n1,train,1,\n").contains("column hat holds nothing"))
        #expect(
            try complaint("path,split,identity,hat,hat\n1,train,1,no,no\n").contains(
                "two attributes named hat"))
        #expect(try complaint("path,split,identity,\n1,train,1,no\n").contains("column 4 has no title"))
    }

    @Test func `what is no text is refused`() throws {
        let scene = try Scene()
        let start = Array("path,split,identity,hat\n".utf8)
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x0A], [0xC3, 0x28], [0x61, 0x00]] {
            let path = try scene.write("m.csv", start + bytes)
            #expect(message { _ = try CSVManifestReader(path).read() }?.contains("line 2") == true)
        }
        #expect(
            message { _ = try CSVManifestReader(scene.folder).read() }?.contains("cannot be read") == true)
        #expect(
            message { _ = try CSVManifestReader("/nowhere.csv").read() }?.contains("cannot be read") == true)
    }
}

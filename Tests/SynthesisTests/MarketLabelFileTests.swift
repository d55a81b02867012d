import CMatIO
import Foundation
import Synthesis
import Testing

@Suite struct MarketLabelFileTests {
    /// Names, classes and extents of one side's fields, in file order, and the values of the numeric ones.
    struct Side {
        var fields: [String] = []
        var classes: [UInt32] = []
        var extents: [[Int]] = []
        var values: [String: [Int]] = [:]
        var identities: [String] = []
    }

    private static func names(_ variable: UnsafeMutablePointer<matvar_t>) -> [String] {
        let names = Mat_VarGetStructFieldnames(variable)
        return (0..<Int(Mat_VarGetNumberOfFields(variable))).map { String(cString: names![$0]!) }
    }

    private static func extents(_ variable: UnsafeMutablePointer<matvar_t>) -> [Int] {
        (0..<Int(variable.pointee.rank)).map { Int(variable.pointee.dims[$0]) }
    }

    static func read(_ path: String) throws -> (order: [String], sides: [String: Side]) {
        let file = try #require(Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)))
        defer { Mat_Close(file) }
        let top = try #require(Mat_VarRead(file, "market_attribute"))
        defer { Mat_VarFree(top) }
        var sides: [String: Side] = [:]
        for name in names(top) {
            let part = try #require(Mat_VarGetStructFieldByName(top, name, 0))
            var side = Side(fields: names(part))
            for field in side.fields {
                let variable = try #require(Mat_VarGetStructFieldByName(part, field, 0))
                side.classes.append(variable.pointee.class_type.rawValue)
                side.extents.append(extents(variable))
                let count = extents(variable).reduce(1, *)
                if field == "image_index" {
                    for index in 0..<count {
                        let cell = try #require(Mat_VarGetCell(variable, Int32(index)))
                        let text = cell.pointee.data.assumingMemoryBound(to: UInt8.self)
                        side.identities.append(
                            String(decoding: UnsafeBufferPointer(start: text, count: 4), as: UTF8.self))
                    }
                } else if let data = variable.pointee.data {
                    let numbers = data.assumingMemoryBound(to: Double.self)
                    side.values[field] = (0..<count).map { Int(numbers[$0]) }
                }
            }
            sides[name] = side
        }
        return (names(top), sides)
    }

    private static func written(_ people: [TwinPerson]) throws -> (order: [String], sides: [String: Side]) {
        let path = NSTemporaryDirectory() + "/labels-" + UUID().uuidString + ".mat"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try MarketLabelFile.write(people, to: path)
        return try read(path)
    }

    @Test func `labels come back as they were written`() throws {
        let twin = try Twin(configuration: TwinConfiguration(trainIdentities: 20, testIdentities: 30))
        let file = try Self.written(twin.people)
        for (name, trains) in [("train", true), ("test", false)] {
            let side = try #require(file.sides[name])
            let people = twin.people.filter { $0.trains == trains }
            #expect(side.identities.map { Int($0) } == people.map(\.personID))
            #expect(side.fields.last == "image_index" && side.fields.count == 28)
            for (index, person) in people.enumerated() {
                let codes = side.values.mapValues { $0[index] }
                #expect(try MarketLook(codes: codes) == person.look)
            }
        }
        #expect(file.sides["train"]?.fields != file.sides["test"]?.fields)
        #expect(Set(MarketLabelFile.trainFields) == Set(MarketLabelFile.testFields))
    }

    @Test func `a side without people is written, too`() throws {
        let person = try Twin(configuration: TwinConfiguration(trainIdentities: 1, testIdentities: 0)).people[
            0]
        let file = try Self.written([person])
        #expect(file.sides["test"]?.identities == [])
        #expect(file.sides["train"]?.identities == ["0001"])
    }

    @Test func `a place that can't be written is an error`() {
        #expect(throws: TwinError.self) { try MarketLabelFile.write([], to: "/proc/nowhere/labels.mat") }
    }

    /// The published label file, where the folder with shared data is there.
    static var published: String? {
        var places: [String] = []
        if let named = ProcessInfo.processInfo.environment["JCM_SHARED_DATA"] { places.append(named) }
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            places.append(folder.path + "/shared/data")
        }
        return places.map { $0 + "/market_attribute.mat" }.first {
            FileManager.default.fileExists(atPath: $0)
        }
    }

    @Test func `the structure is the published file's`() throws {
        guard let path = Self.published else {
            return print("skipped: no market_attribute.mat in shared data")
        }
        let real = try Self.read(path)
        let twin = try Twin(configuration: TwinConfiguration(trainIdentities: 20, testIdentities: 30))
        let ours = try Self.written(twin.people)
        #expect(ours.order == real.order)
        for name in real.order {
            #expect(ours.sides[name]?.fields == real.sides[name]?.fields)
            #expect(ours.sides[name]?.classes == real.sides[name]?.classes)
            #expect(ours.sides[name]?.extents.map(\.count) == real.sides[name]?.extents.map(\.count))
            #expect(ours.sides[name]?.extents.allSatisfy { $0[0] == 1 } == true)
        }
    }

    @Test func `shares of attributes are the published ones`() throws {
        guard let path = Self.published else {
            return print("skipped: no market_attribute.mat in shared data")
        }
        let real = try Self.read(path)
        var configuration = TwinConfiguration(trainIdentities: 4000, testIdentities: 4000, minimumShare: 0)
        configuration.picturesPerIdentity = 2
        let people = try Twin(configuration: configuration).people
        for field in MarketLabelFile.trainFields {
            let labels = real.sides.values.flatMap { $0.values[field] ?? [] }
            for code in 1...(field == "age" ? 4 : 2) {
                let wanted = Double(labels.filter { $0 == code }.count) / Double(labels.count)
                let found = Double(people.filter { $0.look.code(field) == code }.count) / Double(people.count)
                // Four deviations of a share among 8,000.
                #expect(
                    abs(wanted - found) < 0.002 + 4 * (wanted * (1 - wanted) / 8000).squareRoot(),
                    "\(field) \(code)")
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import PersonData

@Suite struct MATLABFileTests {
    let fixture = TestPaths.fixtures + "/market_small.mat"

    @Test func `structs are read by the names of their fields`() throws {
        guard case .structure(let root) = try MATLABFile(fixture).read("market_attribute"),
            case .structure(let train)? = root["train"], case .structure(let test)? = root["test"]
        else {
            Issue.record("no structs")
            return
        }
        #expect(root.count == 2 && train.count == 28 && Set(train.keys) == Set(test.keys))
        #expect(train["age"] == .numbers([3, 1, 4, 0]))
        #expect(test["image_index"] == .cells([.text("0001"), .text("0003"), .text("1501")]))
    }

    @Test func `what is not there is said`() throws {
        #expect(message { _ = try MATLABFile("/nowhere.mat") }?.contains("No such file") == true)
        #expect(
            message { _ = try MATLABFile(fixture).read("other") }?.contains("no readable variable other")
                == true)
        let scene = try Scene()
        for bytes in [[], Array("text".utf8), [UInt8](repeating: 7, count: 500)] {
            let path = try scene.write("a.mat", bytes)
            #expect(message { _ = try MATLABFile(path) }?.contains("no MATLAB file of version 5") == true)
        }
    }

    @Test func `a file that was cut off is refused`() throws {
        let scene = try Scene()
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture))
        for length in stride(from: 0, to: whole.count - 8, by: 7) {
            let path = try scene.write("cut.mat", whole.prefix(length))
            let text = try #require(message { _ = try MarketAttributes(path) }, "\(length) of \(whole.count)")
            #expect(text.hasPrefix(path) && !text.contains("\n"))
        }
    }
}

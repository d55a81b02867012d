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
        #expect(root.names.count == 2 && train.names.count == 28 && Set(train.names) == Set(test.names))
        #expect(train.names != test.names)
        #expect(train["age"] == .numbers([3, 1, 4, 0]))
        #expect(test["image_index"] == .cells([.text("0001"), .text("0003"), .text("1501")]))
    }

    @Test func `what is not there is said`() throws {
        #expect(message { _ = try MATLABFile("/nowhere.mat") }?.contains("cannot be read") == true)
        #expect(
            message { _ = try MATLABFile(fixture).read("other") }?.contains(
                "no variable other, only: market_attribute")
                == true)
        let scene = try Scene()
        for bytes in [[], Array("text".utf8), [UInt8](repeating: 7, count: 500)] {
            let path = try scene.write("a.mat", bytes)
            #expect(message { _ = try MATLABFile(path) }?.contains("no MATLAB file of version 5") == true)
        }
    }

    @Test func `a file that was cut off is refused`() throws {
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture)))
        for length in 0..<whole.count {
            let cut = Array(whole.prefix(length))
            let text = try #require(
                message { _ = try MarketAttributes(MATLABFile("a.mat", cut)) }, "\(length) of \(whole.count)")
            #expect(text.hasPrefix("a.mat: ") && !text.contains("\n"))
        }
    }

    /// Flips one bit in every third byte from `start` on; gives how often that was refused.
    func refusals(_ file: String, from start: Int, sameElse original: MarketAttributes?) throws -> (
        Int, of: Int
    ) {
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
        var (refused, total) = (0, 0)
        for place in stride(from: start, to: whole.count, by: 3) {
            var bytes = whole
            bytes[place] ^= UInt8(1 << (place / 3 % 8))
            total += 1
            do {
                let labels = try MarketAttributes(MATLABFile("a.mat", bytes))
                if let original { #expect(labels.train == original.train && labels.test == original.test) }
            } catch {
                refused += 1
                #expect("\(error)".hasPrefix("a.mat: ") && !"\(error)".contains("\n"))
            }
        }
        return (refused, total)
    }

    @Test func `a flipped bit in compressed labels is refused, as their checksum differs`() throws {
        let (refused, total) = try refusals(fixture, from: 126, sameElse: MarketAttributes(fixture))
        // a few bits fill the stream up to a byte and mean nothing
        #expect(refused >= total - 4 && total > 100)
    }

    @Test func `a flipped bit in plain labels is an error or another label`() throws {
        let plain = TestPaths.fixtures + "/market_small_plain.mat"
        #expect(try MarketAttributes(plain).train == MarketAttributes(fixture).train)
        let (refused, total) = try refusals(plain, from: 128, sameElse: nil)
        #expect(refused > total / 2 && total > 1000)
    }
}

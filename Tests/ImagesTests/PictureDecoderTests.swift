import Foundation
import Images
import Testing

@Suite struct PictureDecoderTests {
    @Test(arguments: [
        "colour.png", "grey.png", "bits.png", "palette.png", "alpha.png", "deep.png",
        "colour.bmp", "grey.bmp", "palette.bmp", "bits.bmp", "alpha.bmp",
    ])
    func filesWithoutLossGiveExactlyTheirPixels(name: String) throws {
        #expect(try difference(picture(name), picture(name + ".rgb.png")) == 0)
    }

    @Test(arguments: [
        "colour_420.jpg", "colour_444.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "rotated.jpg",
    ])
    func jpegsGivePillowsPixelsWithinTwoLevels(name: String) throws {
        #expect(try difference(picture(name), picture(name + ".rgb.png")) <= 2)
    }

    @Test func theContentDecidesAndNotTheName() throws {
        let path = NSTemporaryDirectory() + "\(UUID().uuidString).jpg"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes("colour.png")).write(to: URL(fileURLWithPath: path))
        #expect(try PictureDecoder().decode(file: path) == picture("colour.png"))
    }

    @Test func oneDecoderReadsManyFilesAndSurvivesBadOnes() throws {
        let decoder = PictureDecoder()
        for _ in 0..<3 {
            #expect(try decoder.decode(file: fixtures + "colour_420.jpg").size.height == 40)
            #expect(throws: ImageError.self) {
                try decoder.decode(Array(bytes("progressive.jpg").prefix(500)), name: "cut")
            }
            #expect(try decoder.decode(file: fixtures + "bits.png") == picture("bits.png"))
        }
    }

    @Test func aGoodFileIsReadAfterABadOneCutAnywhere() throws {
        let decoder = PictureDecoder()
        let whole = try bytes("colour_420.jpg"), good = try decoder.decode(Array(whole), name: "good")
        for length in stride(from: 4, to: whole.count, by: 7) {
            #expect(throws: ImageError.self) { try decoder.decode(Array(whole.prefix(length)), name: "cut") }
            #expect(try decoder.decode(Array(whole), name: "good") == good, "after one of \(length) bytes")
        }
    }

    @Test(arguments: [
        "colour_420.jpg", "progressive.jpg", "cmyk.jpg", "colour.png", "palette.png", "colour.bmp",
    ])
    func everyTruncatedFileIsAnError(name: String) throws {
        let whole = try bytes(name)
        let decoder = PictureDecoder()
        // The checksum of a PNG's end mark holds nothing, and is not read.
        let last = whole.count - (name.hasSuffix("png") ? 5 : 1)
        for length in stride(from: 0, to: last, by: max(1, whole.count / 97)) + [last] {
            let text = message { _ = try decoder.decode(Array(whole.prefix(length)), name: "cut") }
            #expect(
                text.hasPrefix("cut: ") && !text.contains("\n"), "\(length) of \(whole.count) bytes: \(text)")
        }
    }

    @Test(arguments: ["colour_420.jpg", "progressive.jpg", "colour.png", "palette.bmp"])
    func changedBytesNeverCrash(name: String) throws {
        let whole = try bytes(name)
        let decoder = PictureDecoder()
        for index in 0..<whole.count {
            var damaged = whole
            damaged[index] ^= UInt8(truncatingIfNeeded: 1 + index * 31)
            _ = try? decoder.decode(damaged, name: "damaged")
        }
    }

    @Test func aHugeHeaderIsRefusedBeforeMemoryIsTaken() throws {
        var png = try bytes("colour.png")
        png.replaceSubrange(16..<24, with: [0x00, 0x00, 0x4E, 0x20, 0x00, 0x00, 0x4E, 0x20])
        let sum = checksum(png[12..<29])
        png.replaceSubrange(29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) })
        #expect(message { _ = try PictureDecoder().decode(png, name: "big.png") }.contains("20000×20000"))

        var bmp = try bytes("colour.bmp")
        bmp.replaceSubrange(18..<26, with: [0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F])
        #expect(message { _ = try PictureDecoder().decode(bmp, name: "big.bmp") }.contains("2147483647"))

        var jpeg = try bytes("colour_444.jpg")
        let frame = try #require((0..<jpeg.count - 9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0x00, 0xFF, 0x00])
        #expect(message { _ = try PictureDecoder().decode(jpeg, name: "big.jpg") }.contains("65280×65280"))
    }

    @Test func otherFilesAreNamedWithTheirFirstBytes() {
        let gif = message { _ = try PictureDecoder().decode(Array("GIF89a...".utf8), name: "a.gif") }
        #expect(gif.hasPrefix("a.gif: expected a JPEG, PNG or BMP") && gif.contains("47 49 46 38"))
        #expect(message { _ = try PictureDecoder().decode([], name: "none") }.contains("no bytes"))
        #expect(
            message { _ = try PictureDecoder().decode(file: fixtures + "absent.jpg") }.contains(
                "No such file"))
        #expect(message { _ = try PictureDecoder().decode(file: fixtures) }.contains("folder"))
    }

    @Test func bitmapsOfOtherKindsAreRefusedByName() throws {
        var packed = try bytes("palette.bmp")
        packed[30] = 1
        #expect(
            message { _ = try PictureDecoder().decode(packed, name: "rle.bmp") }.contains("compression 1"))
        var shallow = try bytes("colour.bmp")
        shallow[28] = 16
        #expect(message { _ = try PictureDecoder().decode(shallow, name: "16.bmp") }.contains("16 bits"))
    }

    @Test func aBitmapStoredTopDownIsTurnedOver() throws {
        var bmp = try bytes("colour.bmp")
        bmp.replaceSubrange(22..<26, with: [0xD8, 0xFF, 0xFF, 0xFF])
        let (turned, upright) = (try PictureDecoder().decode(bmp, name: "down"), try picture("colour.bmp"))
        #expect(Array(turned.pixels.prefix(81)) == Array(upright.pixels.suffix(81)))
    }

    /// The checksum of a PNG chunk.
    private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { part, _ in part >> 1 ^ (part & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

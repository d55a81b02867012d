import Images
import Testing

@Suite struct EncoderTests {
    @Test(arguments: [(1, 1), (3, 5), (64, 31)])
    func aPNGComesBackExactly(height: Int, width: Int) throws {
        let picture = ramp(height: height, width: width)
        #expect(try PictureDecoder().decode(PNGEncoder.encode(picture), name: "png") == picture)
    }

    @Test func aJPEGComesBackNearlyAndWorseQualityIsShorter() throws {
        var original = Picture(height: 64, width: 48)
        for index in 0..<(64 * 48) {
            let colour = [200 - index / 48, index % 48 * 4, 60]
            for channel in 0..<3 { original.pixels[3 * index + channel] = UInt8(colour[channel]) }
        }
        let fine = try JPEGEncoder.encode(original, quality: 95)
        let coarse = try JPEGEncoder.encode(original, quality: 20)
        let back = try PictureDecoder().decode(fine, name: "jpeg")
        #expect(difference(back, original) <= 12)
        #expect(coarse.count < fine.count)
    }

    @Test func aSinglePixelIsEncoded() throws {
        let bytes = try JPEGEncoder.encode(Picture(height: 1, width: 1), quality: 1)
        #expect(try PictureDecoder().decode(bytes, name: "jpeg").size == PictureSize(height: 1, width: 1))
    }
}

import Images
import Testing

@Suite struct ResizerTests {
    static let sizes = [
        (40, 27, 56, 28), (40, 27, 20, 9), (40, 27, 40, 13), (40, 27, 11, 27), (40, 27, 1, 1), (1, 1, 5, 3),
        (128, 64, 224, 112), (61, 90, 224, 112), (300, 211, 32, 16), (40, 27, 40, 27),
    ]

    @Test(arguments: sizes)
    func everyPixelIsPillows(_ height: Int, _ width: Int, _ newHeight: Int, _ newWidth: Int) throws {
        let old = try picture("scene_\(height)x\(width).png")
        let expected = try picture("resize_\(height)x\(width)_to_\(newHeight)x\(newWidth).png")
        let new = Resizer(from: old.size, to: PictureSize(height: newHeight, width: newWidth)).resize(old)
        #expect(new == expected)
    }

    @Test func aWhitePictureStaysWhiteAtAnySize() {
        let cache = ResizerCache(to: PictureSize(height: 224, width: 112))
        for (height, width) in [(1, 1), (3, 1000), (999, 7), (224, 112), (225, 111), (128, 64)] {
            let white = [UInt8](repeating: 255, count: height * width * 3)
            let new = cache.resize(Picture(height: height, width: width, pixels: white))
            #expect(new.pixels.allSatisfy { $0 == 255 })
        }
    }

    @Test func theCacheGivesWhatASingleResizerGives() {
        let size = PictureSize(height: 30, width: 20)
        let cache = ResizerCache(to: size)
        for (height, width) in [(15, 44), (44, 15), (15, 44)] {
            let old = ramp(height: height, width: width)
            #expect(cache.resize(old) == Resizer(from: old.size, to: size).resize(old))
        }
    }
}

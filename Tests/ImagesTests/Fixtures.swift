import Foundation
import Images

/// The folder of the committed pictures, with a slash at its end.
let fixtures = Bundle.module.bundlePath + "/Fixtures/"

/// The bytes of a committed picture.
func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: fixtures + name)))
}

/// A committed picture.
func picture(_ name: String) throws -> Picture { try PictureDecoder().decode(file: fixtures + name) }

/// The largest difference of two pictures' pixels.
func difference(_ left: Picture, _ right: Picture) -> Int {
    guard left.size == right.size else { return 256 }
    return zip(left.pixels, right.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// The message of the error that `body` throws.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}

/// A picture in which every pixel differs.
func ramp(height: Int, width: Int) -> Picture {
    Picture(
        height: height, width: width,
        pixels: (0..<(height * width * 3)).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 200) })
}

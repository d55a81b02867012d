/// A decoded picture: 8-bit RGB, row by row from the top left.
public struct Picture: Equatable, Sendable {
    /// In pixels.
    public let height: Int

    /// In pixels.
    public let width: Int

    /// `height · width · 3` bytes: red, green, blue of each pixel.
    public var pixels: [UInt8]

    /// A picture from its bytes, of which there are `height · width · 3`.
    public init(height: Int, width: Int, pixels: [UInt8]) {
        precondition(
            pixels.count == height * width * 3, "\(pixels.count) bytes for \(height)×\(width) RGB pixels")
        self.height = height
        self.width = width
        self.pixels = pixels
    }

    /// A black picture.
    public init(height: Int, width: Int) {
        self.init(height: height, width: width, pixels: [UInt8](repeating: 0, count: height * width * 3))
    }
}

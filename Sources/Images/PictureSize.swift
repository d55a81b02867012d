/// The size of a picture, in pixels.
public struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    /// Rows.
    public let height: Int

    /// Columns.
    public let width: Int

    /// A size of at least one pixel.
    public init(height: Int, width: Int) {
        precondition(height > 0 && width > 0, "a picture of \(height)×\(width) pixels")
        self.height = height
        self.width = width
    }

    /// Bytes of an RGB picture of this size.
    public var byteCount: Int { height * width * 3 }

    /// Height and width: `224×112`.
    public var description: String { "\(height)×\(width)" }

    /// The longest side that is read: a longer one is taken for a damaged or hostile header.
    public static let longestSide = 20_000

    /// The most pixels that are read: 300 MB of RGB.
    public static let mostPixels = 100_000_000

    /// The size that a file's header claims, before any memory is taken for it.
    init(claimedBy name: String, height: Int, width: Int) throws(ImageError) {
        guard (1...Self.longestSide).contains(height), (1...Self.longestSide).contains(width),
            height * width <= Self.mostPixels
        else {
            throw ImageError(
                name: name,
                reason: "claims \(height)×\(width) pixels, expected 1 to \(Self.longestSide) a side and "
                    + "at most \(Self.mostPixels) in all")
        }
        self.init(height: height, width: width)
    }
}

extension Picture {
    /// Height and width.
    public var size: PictureSize { PictureSize(height: height, width: width) }
}

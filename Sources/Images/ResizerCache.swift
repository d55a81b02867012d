/// Resizes pictures of many sizes to one, and keeps the weights of each height and width it has met.
///
/// For one thread.
public final class ResizerCache {
    /// What comes out.
    public let newSize: PictureSize

    private var horizontal: [Int: ResizeAxis] = [:]
    private var vertical: [Int: ResizeAxis] = [:]

    /// Axes that are kept: boxes of a detector have some hundred heights and widths.
    private static let most = 1024

    /// A cache for one target size.
    public init(to newSize: PictureSize) { self.newSize = newSize }

    /// The resizer from a size.
    public func resizer(from oldSize: PictureSize) -> Resizer {
        Resizer(
            Self.axis(oldSize.width, newSize.width, &horizontal),
            Self.axis(oldSize.height, newSize.height, &vertical))
    }

    /// The resized picture.
    public func resize(_ picture: Picture) -> Picture { resizer(from: picture.size).resize(picture) }

    private static func axis(_ old: Int, _ new: Int, _ cache: inout [Int: ResizeAxis]) -> ResizeAxis {
        if let axis = cache[old] { return axis }
        if cache.count >= most { cache.removeAll() }
        let axis = ResizeAxis(from: old, to: new)
        cache[old] = axis
        return axis
    }
}

internal import Glibc

/// Resizes pictures of one size to another, with the weights worked out once.
///
/// The convention is `pillow-bilinear`: bit for bit Pillow's `resize(size, Image.BILINEAR)`, a triangle as
/// wide as the shrinking factor (so without aliases), first along the rows and rounded to 8 bits, then along
/// the columns.
public struct Resizer: Sendable {
    /// What is taken.
    public let oldSize: PictureSize

    /// What comes out.
    public let newSize: PictureSize

    /// The name of the convention, for files that hold resized pictures.
    public static let convention = "pillow-bilinear"

    private let horizontal: ResizeAxis
    private let vertical: ResizeAxis

    /// A resizer between two sizes.
    public init(from oldSize: PictureSize, to newSize: PictureSize) {
        self.init(
            ResizeAxis(from: oldSize.width, to: newSize.width),
            ResizeAxis(from: oldSize.height, to: newSize.height))
    }

    init(_ horizontal: ResizeAxis, _ vertical: ResizeAxis) {
        (self.horizontal, self.vertical) = (horizontal, vertical)
        oldSize = PictureSize(height: vertical.oldCount, width: horizontal.oldCount)
        newSize = PictureSize(height: vertical.newCount, width: horizontal.newCount)
    }

    /// The resized picture.
    public func resize(_ picture: Picture) -> Picture {
        precondition(picture.size == oldSize, "a picture of \(picture.size) for a resizer of \(oldSize)")
        if oldSize == newSize { return picture }
        let pixels = [UInt8](unsafeUninitializedCapacity: newSize.byteCount) { room, filled in
            picture.pixels.withUnsafeBufferPointer { resize($0, into: room) }
            filled = newSize.byteCount
        }
        return Picture(height: newSize.height, width: newSize.width, pixels: pixels)
    }

    /// Resizes into memory that has room for `newSize`.
    public func resize(_ old: UnsafeBufferPointer<UInt8>, into new: UnsafeMutableBufferPointer<UInt8>) {
        precondition(
            old.count == oldSize.byteCount && new.count == newSize.byteCount,
            "\(old.count) bytes into \(new.count), expected \(oldSize) RGB into \(newSize)")
        let rowLength = newSize.width * 3
        if oldSize.width == newSize.width { return resizeColumns(old.baseAddress!, into: new.baseAddress!) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: oldSize.height * rowLength) { middle in
            let rows = middle.baseAddress!
            for y in 0..<oldSize.height {
                resizeRow(old.baseAddress! + y * oldSize.width * 3, into: rows + y * rowLength)
            }
            resizeColumns(UnsafePointer(rows), into: new.baseAddress!)
        }
    }

    /// One row: every new pixel from a few old ones.
    private func resizeRow(_ old: UnsafePointer<UInt8>, into new: UnsafeMutablePointer<UInt8>) {
        let half = Int32(1) << (ResizeAxis.precision - 1)
        horizontal.weights.withUnsafeBufferPointer { weights in
            for x in 0..<newSize.width {
                let first = old + horizontal.starts[x] * 3
                let weight = weights.baseAddress! + x * horizontal.taps
                var (red, green, blue) = (half, half, half)
                for tap in 0..<horizontal.counts[x] {
                    red &+= Int32(first[3 * tap]) &* weight[tap]
                    green &+= Int32(first[3 * tap + 1]) &* weight[tap]
                    blue &+= Int32(first[3 * tap + 2]) &* weight[tap]
                }
                new[3 * x] = Self.byte(red)
                new[3 * x + 1] = Self.byte(green)
                new[3 * x + 2] = Self.byte(blue)
            }
        }
    }

    /// All columns at once: every new row is a weighted sum of a few rows.
    private func resizeColumns(_ old: UnsafePointer<UInt8>, into new: UnsafeMutablePointer<UInt8>) {
        let rowLength = newSize.width * 3
        if oldSize.height == newSize.height {
            return new.update(from: old, count: oldSize.height * rowLength)
        }
        let half = Int32(1) << (ResizeAxis.precision - 1)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowLength) { sums in
            let sum = sums.baseAddress!
            for y in 0..<newSize.height {
                sum.update(repeating: half, count: rowLength)
                for tap in 0..<vertical.counts[y] {
                    let weight = vertical.weights[y * vertical.taps + tap]
                    let row = old + (vertical.starts[y] + tap) * rowLength
                    for x in 0..<rowLength { sum[x] &+= Int32(row[x]) &* weight }
                }
                let target = new + y * rowLength
                for x in 0..<rowLength { target[x] = Self.byte(sum[x]) }
            }
        }
    }

    /// The weights are not negative and add up to one within a few units: no sum leaves 0…255.
    private static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: sum >> ResizeAxis.precision) }
}

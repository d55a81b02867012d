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
        if oldSize.width == newSize.width { return resizeColumns(old.baseAddress!, into: new.baseAddress!) }
        let (oldLength, rowLength) = (oldSize.width * 3, newSize.width * 3)
        // taps without weight reach behind a row's end
        let wideLength = (oldSize.width + horizontal.taps) * 3 + 4
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: wideLength + rowLength + 4) { numbers in
            let (wide, sums) = (numbers.baseAddress!, numbers.baseAddress! + wideLength)
            (wide + oldLength).update(repeating: 0, count: wideLength - oldLength)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: oldSize.height * rowLength) { middle in
                let rows = middle.baseAddress!
                for y in 0..<oldSize.height {
                    let row = old.baseAddress! + y * oldLength
                    for place in 0..<oldLength { wide[place] = Int32(row[place]) }
                    sumRow(wide, into: sums)
                    let target = rows + y * rowLength
                    for place in 0..<rowLength { target[place] = Self.byte(sums[place]) }
                }
                resizeColumns(UnsafePointer(rows), into: new.baseAddress!)
            }
        }
    }

    /// One row: every new pixel from a few old ones, its three channels in one register.
    ///
    /// The register's fourth number is the next pixel's red, unfinished: that one overwrites it.
    private func sumRow(_ old: UnsafePointer<Int32>, into sums: UnsafeMutablePointer<Int32>) {
        let half = SIMD4(repeating: Int32(1) << (ResizeAxis.precision - 1))
        let (old, target, taps) = (UnsafeRawPointer(old), UnsafeMutableRawPointer(sums), horizontal.taps)
        horizontal.starts.withUnsafeBufferPointer { starts in
            horizontal.weights.withUnsafeBufferPointer { weights in
                var (weight, sum) = (weights.baseAddress!, half)
                @inline(__always) func add(_ place: Int) {
                    sum &+= old.loadUnaligned(fromByteOffset: place, as: SIMD4<Int32>.self) &* weight.pointee
                    weight += 1
                }
                for x in 0..<starts.count {
                    let place = starts[x] &* 12
                    sum = half
                    if taps == 2 {
                        // enlarging: without the inner loop twice as fast
                        add(place)
                        add(place &+ 12)
                    } else {
                        for tap in 0..<taps { add(place &+ tap &* 12) }
                    }
                    target.storeBytes(of: sum, toByteOffset: x &* 12, as: SIMD4<Int32>.self)
                }
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
        let taps = vertical.taps
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowLength) { sums in
            let sum = sums.baseAddress!
            for y in 0..<newSize.height {
                let target = new + y * rowLength
                let (first, count) = (old + vertical.starts[y] * rowLength, vertical.counts[y])
                if count == 2 {
                    let second = first + rowLength
                    let (weight, other) = (vertical.weights[y * taps], vertical.weights[y * taps + 1])
                    for x in 0..<rowLength {
                        target[x] = Self.byte(half &+ Int32(first[x]) &* weight &+ Int32(second[x]) &* other)
                    }
                    continue
                }
                sum.update(repeating: half, count: rowLength)
                for tap in 0..<count {
                    let weight = vertical.weights[y * taps + tap]
                    let row = first + tap * rowLength
                    for x in 0..<rowLength { sum[x] &+= Int32(row[x]) &* weight }
                }
                for x in 0..<rowLength { target[x] = Self.byte(sum[x]) }
            }
        }
    }

    /// The weights are not negative and add up to one within a few units: no sum leaves 0…255.
    @inline(__always)
    private static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: sum >> ResizeAxis.precision) }
}

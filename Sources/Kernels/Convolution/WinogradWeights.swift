/// The weights from all channels of a map to one panel of another, gathered, and some of the 36 planes of G·g·Gᵗ.
///
/// All planes of many channels would take more than the second cache: then six of them are held at a time.
struct WinogradWeights {
    /// Memory of `size` elements.
    let base: UnsafeMutablePointer<Float>

    /// Channels of the map that is multiplied.
    let depth: Int

    /// Rows of six planes that are held at a time.
    static func rows(depth: Int) -> Int { depth * Panels.width <= 1 << 11 ? 6 : 1 }

    /// Elements that the weights take.
    static func size(depth: Int) -> Int { (9 + 6 * rows(depth: depth)) * planeStride(depth) }

    /// Elements from a plane to the next, a cache line more than it takes: as those of `WinogradPlanes`.
    @inline(__always)
    private static func planeStride(_ depth: Int) -> Int { depth &* Panels.width &+ 16 }

    /// The panel of weight `place` of the kernel's nine: a row of a panel's width for each channel.
    func gathered(_ place: Int) -> UnsafeMutablePointer<Float> { base + place * Self.planeStride(depth) }

    /// The panel of plane `plane` of those that are held.
    @inline(__always)
    func plane(_ plane: Int) -> UnsafeMutablePointer<Float> { base + (9 &+ plane) &* Self.planeStride(depth) }

    /// Makes the planes of rows `first` … of G·g·Gᵗ from what was gathered.
    @inline(never)
    func transform(from first: Int) {
        let stride = Self.planeStride(depth)
        for row in 0..<Self.rows(depth: depth) {
            let (source, target) = (base, plane(6 * row)), factors = WinogradTransforms.weightRows[first + row]
            for place in Swift.stride(from: 0, to: depth * Panels.width, by: Lanes.scalarCount) {
                WinogradTransforms.weights(
                    row: factors, load: { i, j in source[lanes: (3 &* i &+ j) &* stride &+ place] },
                    store: { j, value in target[lanes: j &* stride &+ place] = value })
            }
        }
    }
}

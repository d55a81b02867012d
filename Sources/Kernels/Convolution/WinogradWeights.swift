/// The weights from all channels of a map to one panel of another, gathered, and some of the planes of G·g·Gᵗ.
///
/// All planes of many channels would take more than the second cache: then those of one row are held at a time.
struct WinogradWeights {
    /// Memory of `size` elements.
    let base: UnsafeMutablePointer<Float>

    /// The cut of the tiles that are multiplied.
    let cut: WinogradTiles

    /// Channels of the map that is multiplied.
    let depth: Int

    /// Rows of planes that are held at a time.
    static func rows(_ cut: WinogradTiles, depth: Int) -> Int {
        depth * Panels.width <= 1 << 11 ? cut.rows.side.products : 1
    }

    /// Elements that the weights take.
    static func size(_ cut: WinogradTiles, depth: Int) -> Int {
        (9 + cut.plane(rows(cut, depth: depth), 0)) * planeStride(depth)
    }

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
        let stride = Self.planeStride(depth), transforms = cut.transforms, factors = cut.rows.side.weightRows
        for row in 0..<Self.rows(cut, depth: depth) {
            let (source, target) = (base, plane(cut.plane(row, 0)))
            for place in Swift.stride(from: 0, to: depth * Panels.width, by: Lanes.scalarCount) {
                transforms.weights(
                    row: factors[first + row], load: { i, j in source[lanes: (3 &* i &+ j) &* stride &+ place] },
                    store: { j, value in target[lanes: j &* stride &+ place] = value })
            }
        }
    }
}

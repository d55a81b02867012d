/// One SIMD register of floats, as wide as the level that this build is for: 16 with AVX-512, else 8.
#if JCM_LEVEL_V4
    typealias Lanes = SIMD16<Float>
    typealias LanesInt = SIMD16<Int32>
    typealias LanesByte = SIMD16<UInt8>
#else
    typealias Lanes = SIMD8<Float>
    typealias LanesInt = SIMD8<Int32>
    typealias LanesByte = SIMD8<UInt8>
#endif

extension Lanes {
    /// `self · a + b` in one instruction where the level has one.
    ///
    /// Swift never contracts by itself; without FMA `addingProduct` would call libm.
    @inline(__always)
    func timesPlus(_ a: Lanes, _ b: Lanes) -> Lanes {
        #if JCM_LEVEL_V3 || JCM_LEVEL_V4 || arch(arm64)
            return b.addingProduct(self, a)
        #else
            return self * a + b
        #endif
    }

    /// The larger of each pair; the standard library's members are loops over lanes.
    @inline(__always)
    func largest(_ other: Lanes) -> Lanes { replacing(with: other, where: other .> self) }

    /// The smaller of each pair.
    @inline(__always)
    func smallest(_ other: Lanes) -> Lanes { replacing(with: other, where: other .< self) }
}

extension UnsafeMutablePointer<Float> {
    /// The lanes from element `index` on; the address needs no alignment.
    @inline(__always)
    subscript(lanes index: Int) -> Lanes {
        get { UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self) }
        nonmutating set { UnsafeMutableRawPointer(self + index).storeBytes(of: newValue, as: Lanes.self) }
    }
}

/// The number of elements of `count` that fill whole registers.
@inline(__always)
func laneEnd(_ count: Int) -> Int { count / Lanes.scalarCount * Lanes.scalarCount }

/// The first `count` lanes from `pointer` on, the rest zero: the end of a row that does not fill a register.
@inline(__always)
func partialLanes(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) -> Lanes {
    var lanes = Lanes.zero
    for index in 0..<count { lanes[index] = pointer[index] }
    return lanes
}

/// Writes the first `count` lanes.
@inline(__always)
func storePartial(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    for index in 0..<count { pointer[index] = lanes[index] }
}

/// Runs `body` over 0 ..< `width` a register at a time, the end of the row through partial registers.
@inline(__always)
func forLanes(
    _ width: Int,
    _ body: (
        Int, (UnsafeMutablePointer<Float>) -> Lanes, (Lanes, UnsafeMutablePointer<Float>) -> Void
    ) -> Void
) {
    let end = laneEnd(width)
    var index = 0
    while index < end {
        body(index, { $0[lanes: 0] }, { $1[lanes: 0] = $0 })
        index &+= Lanes.scalarCount
    }
    if end < width { body(end, { partialLanes($0, width - end) }, { storePartial($0, $1, width - end) }) }
}

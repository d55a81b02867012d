/// No map: zeros.
struct NoMap: CompanionMap {
    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) {}

    @inline(__always)
    func value<Access: LaneAccess>(_ place: Int, _ x: Lanes, _ channels: Void, _ access: Access) -> Lanes { .zero }
}

/// A map as it is.
struct PlainMap: CompanionMap {
    let map: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) {}

    @inline(__always)
    func value<Access: LaneAccess>(_ place: Int, _ x: Lanes, _ channels: Void, _ access: Access) -> Lanes {
        access.load(map + place)
    }
}

/// factor·map + offset per channel.
struct NormalisedMap: CompanionMap {
    let map: UnsafeMutablePointer<Float>, factor: UnsafeMutablePointer<Float>, offset: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> (Lanes, Lanes) {
        (access.load(factor + c), access.load(offset + c))
    }

    @inline(__always)
    func value<Access: LaneAccess>(
        _ place: Int, _ x: Lanes, _ channels: (Lanes, Lanes), _ access: Access
    ) -> Lanes { access.load(map + place).timesPlus(channels.0, channels.1) }
}

/// A gradient where `output` is above 0; it is masked in its place.
struct GradientByOutput: CompanionMap {
    let gradient: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) {}

    @inline(__always)
    func value<Access: LaneAccess>(_ place: Int, _ x: Lanes, _ channels: Void, _ access: Access) -> Lanes {
        let passed = access.load(gradient + place).passed(where: access.load(output + place))
        access.store(passed, gradient + place)
        return passed
    }
}

/// A gradient where factor·x + offset is above 0.
struct GradientByInput: CompanionMap {
    let gradient: UnsafeMutablePointer<Float>
    let factor: UnsafeMutablePointer<Float>, offset: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> (Lanes, Lanes) {
        (access.load(factor + c), access.load(offset + c))
    }

    @inline(__always)
    func value<Access: LaneAccess>(
        _ place: Int, _ x: Lanes, _ channels: (Lanes, Lanes), _ access: Access
    ) -> Lanes { access.load(gradient + place).passed(where: x.timesPlus(channels.0, channels.1)) }
}

extension Lanes {
    /// Itself where a rectifier lets `output` through, and 0 elsewhere, also where that is no number. `output` must be made by
    /// the operations of `NormalisingPass`: the two would else differ where it is next to 0.
    @inline(__always)
    func passed(where output: Lanes) -> Lanes { Lanes.zero.replacing(with: self, where: output .> .zero) }
}

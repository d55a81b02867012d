/// A map of as many elements as x, read beside it row by row.
protocol CompanionMap {
    /// What belongs to a register of channels.
    associatedtype Channels

    /// What belongs to the channels from `c` on.
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Channels

    /// Its elements from `place` on, where x has `x`.
    func value<Access: LaneAccess>(_ place: Int, _ x: Lanes, _ channels: Channels, _ access: Access) -> Lanes
}

/// y = [max(0, ·)](factor·x + offset + shortcut) per channel. Shapes: x, y, shortcut [R, C], factor, offset [C].
struct NormalisingPass<Shortcut: CompanionMap>: ChannelPass {
    let x: UnsafeMutablePointer<Float>, factor: UnsafeMutablePointer<Float>, offset: UnsafeMutablePointer<Float>
    let shortcut: Shortcut
    let rectified: Bool
    let y: UnsafeMutablePointer<Float>

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> (Lanes, Lanes, Shortcut.Channels) {
        (access.load(factor + c), access.load(offset + c), shortcut.begin(c, access))
    }

    @inline(__always)
    func take<Access: LaneAccess>(
        _ place: Int, _ channels: inout (Lanes, Lanes, Shortcut.Channels), _ access: Access
    ) {
        let x = access.load(x + place)
        let value = x.timesPlus(channels.0, shortcut.value(place, x, channels.2, access) + channels.1)
        access.store(rectified ? value.passed(where: value) : value, y + place)
    }
}

/// first += Σ g and second += Σ g·(x − mean) per channel. Shapes: x, g [R, C], all others [C].
struct GradientSummingPass<Gradient: CompanionMap>: ChannelPass {
    let x: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>
    let gradient: Gradient
    let first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>

    struct Channels {
        let mean: Lanes, gradient: Gradient.Channels
        var sum: Lanes, products: Lanes
    }

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Channels {
        Channels(
            mean: access.load(mean + c), gradient: gradient.begin(c, access), sum: access.load(first + c),
            products: access.load(second + c))
    }

    @inline(__always)
    func take<Access: LaneAccess>(_ place: Int, _ channels: inout Channels, _ access: Access) {
        let x = access.load(x + place)
        let g = gradient.value(place, x, channels.gradient, access)
        channels.sum += g
        channels.products = g.timesPlus(x - channels.mean, channels.products)
    }

    @inline(__always)
    func end<Access: LaneAccess>(_ channels: Channels, _ c: Int, _ access: Access) {
        access.store(channels.sum, first + c)
        access.store(channels.products, second + c)
    }
}

/// result = factor·(g − a − (x − mean)·b) per channel. Shapes: x, g, result [R, C], all others [C].
struct InputGradientPass<Gradient: CompanionMap>: ChannelPass {
    let x: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>, factor: UnsafeMutablePointer<Float>
    let a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>
    let gradient: Gradient
    let result: UnsafeMutablePointer<Float>

    init(_ terms: BatchNormalisation.GradientTerms, _ gradient: Gradient) {
        (x, mean, factor) = (terms.x.pointer, terms.mean.pointer, terms.factor.pointer)
        (a, b, result, self.gradient) = (terms.a.pointer, terms.b.pointer, terms.result.pointer, gradient)
    }

    struct Channels {
        let mean: Lanes, factor: Lanes, a: Lanes, b: Lanes, gradient: Gradient.Channels
    }

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Channels {
        Channels(
            mean: access.load(mean + c), factor: access.load(factor + c), a: access.load(a + c),
            b: access.load(b + c), gradient: gradient.begin(c, access))
    }

    @inline(__always)
    func take<Access: LaneAccess>(_ place: Int, _ channels: inout Channels, _ access: Access) {
        let x = access.load(x + place)
        let rest = gradient.value(place, x, channels.gradient, access) - channels.a
        access.store(channels.factor * (channels.mean - x).timesPlus(channels.b, rest), result + place)
    }
}

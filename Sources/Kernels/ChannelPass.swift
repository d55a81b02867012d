internal import Tensors

/// A pass over the rows of [R, C], register by register of channels. Each channel sees its rows in order.
///
/// A protocol and not closures: of these the compiler inlines only some, and the pass takes three times as long.
protocol ChannelPass {
    /// What belongs to a register of channels.
    associatedtype Channels

    /// What belongs to the channels from `c` on.
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> Channels

    /// Does what there is to do in a row: for the channels whose elements begin at `place`.
    func take<Access: LaneAccess>(_ place: Int, _ channels: inout Channels, _ access: Access)

    /// Keeps what was summed of the channels from `c` on.
    func end<Access: LaneAccess>(_ channels: Channels, _ c: Int, _ access: Access)
}

extension ChannelPass {
    @inline(__always)
    func end<Access: LaneAccess>(_ channels: Channels, _ c: Int, _ access: Access) {}

    /// Passes over rows `rows` of maps of `shape`.
    ///
    /// Four at a time, for which what belongs to a channel is loaded once: 20 to 60 % faster in the caches. Not where maps
    /// come from memory, which is fetched ahead for one row better than for four (up to twice as fast), nor where rows are 2 KB
    /// long and fall into few sets of the first cache.
    func run(_ rows: Range<Int>, of shape: Shape) {
        let channels = shape.last, whole = laneEnd(channels), last = FirstLanes(count: channels &- whole)
        let takesFour = shape.count <= 1 << 20 && channels < 512
        var row = rows.lowerBound
        while row < rows.upperBound {
            let areFour = takesFour && row &+ 4 <= rows.upperBound, first = row &* channels
            var c = 0
            while c < whole {
                takeRows(areFour, c, first &+ c, channels, AllLanes())
                c &+= Lanes.scalarCount
            }
            if c < channels { takeRows(areFour, c, first &+ c, channels, last) }
            row &+= areFour ? 4 : 1
        }
    }

    /// Four rows `stride` apart, or one.
    @inline(__always)
    private func takeRows<Access: LaneAccess>(
        _ areFour: Bool, _ c: Int, _ place: Int, _ stride: Int, _ access: Access
    ) {
        var channels = begin(c, access)
        take(place, &channels, access)
        if areFour {
            take(place &+ stride, &channels, access)
            take(place &+ 2 &* stride, &channels, access)
            take(place &+ 3 &* stride, &channels, access)
        }
        end(channels, c, access)
    }
}

/// How a register is read and written: as a whole, or as the end of a row.
protocol LaneAccess {
    /// The lanes from `pointer` on.
    func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes

    /// Writes lanes from `pointer` on.
    func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>)
}

/// All lanes.
struct AllLanes: LaneAccess {
    @inline(__always)
    func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes { pointer[lanes: 0] }

    @inline(__always)
    func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) { pointer[lanes: 0] = lanes }
}

/// The first `count` lanes; the others are zero.
struct FirstLanes: LaneAccess {
    let count: Int

    @inline(never)
    func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes { partialLanes(pointer, count) }

    @inline(never)
    func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) { storePartial(lanes, pointer, count) }
}

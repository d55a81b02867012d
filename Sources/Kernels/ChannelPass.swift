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

    /// Passes over rows `rows` of maps of `channels` channels.
    ///
    /// One row after another, although what belongs to a channel is then loaded for each: between two rows of maps that come from
    /// the third cache or from memory, what is fetched ahead falls behind (up to twice as slow, Zen 4, 2026-11-30).
    func run(_ rows: Range<Int>, channels: Int) {
        let whole = laneEnd(channels), last = FirstLanes(count: channels &- whole)
        var first = rows.lowerBound &* channels
        for _ in rows {
            var c = 0
            while c < whole {
                takeRegister(c, first &+ c, AllLanes())
                c &+= Lanes.scalarCount
            }
            if c < channels { takeRegister(c, first &+ c, last) }
            first &+= channels
        }
    }

    @inline(__always)
    private func takeRegister<Access: LaneAccess>(_ c: Int, _ place: Int, _ access: Access) {
        var channels = begin(c, access)
        take(place, &channels, access)
        end(channels, c, access)
    }
}

/// Two passes over maps of one shape, register by register: what the first one reads or writes the second one finds in the first
/// cache.
struct PassPair<First: ChannelPass, Second: ChannelPass>: ChannelPass {
    let first: First, second: Second

    @inline(__always)
    func begin<Access: LaneAccess>(_ c: Int, _ access: Access) -> (First.Channels, Second.Channels) {
        (first.begin(c, access), second.begin(c, access))
    }

    @inline(__always)
    func take<Access: LaneAccess>(
        _ place: Int, _ channels: inout (First.Channels, Second.Channels), _ access: Access
    ) {
        first.take(place, &channels.0, access)
        second.take(place, &channels.1, access)
    }

    @inline(__always)
    func end<Access: LaneAccess>(_ channels: (First.Channels, Second.Channels), _ c: Int, _ access: Access) {
        first.end(channels.0, c, access)
        second.end(channels.1, c, access)
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

/// Numbers that look random and belong to a place, and functions that are the same on every machine.
///
/// The C library's sine may differ in the last bit from one CPU to the next; a picture must not.
package enum Noise {
    /// Mixes the bits of a word (Wellons' lowbias32).
    @inline(__always)
    static func scrambled(_ word: UInt32) -> UInt32 {
        var x = word
        x ^= x >> 16
        x &*= 0x7feb_352d
        x ^= x >> 15
        x &*= 0x846c_a68b
        return x ^ (x >> 16)
    }

    /// A number in 0..<1 that belongs to a cell of a grid.
    @inline(__always)
    static func cell(_ column: Int, _ row: Int, _ seed: UInt32) -> Float {
        let word =
            UInt32(truncatingIfNeeded: column) &* 0x9E37_79B1 &+ UInt32(truncatingIfNeeded: row)
            &* 0x85EB_CA77
        return Float(scrambled(word ^ seed) >> 8) * 0x1p-24
    }

    /// Smooth noise in 0…1 with features of size 1.
    @inline(__always)
    static func smooth(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
        let left = x.rounded(.down)
        let top = y.rounded(.down)
        let column = Int(left)
        let row = Int(top)
        var fx = x - left
        var fy = y - top
        fx = fx * fx * (3 - 2 * fx)
        fy = fy * fy * (3 - 2 * fy)
        let upper = cell(column, row, seed) * (1 - fx) + cell(column + 1, row, seed) * fx
        let lower = cell(column, row + 1, seed) * (1 - fx) + cell(column + 1, row + 1, seed) * fx
        return upper + (lower - upper) * fy
    }

    /// sin(2π·turns), to 0.001.
    @inline(__always)
    package static func sine(turns: Float) -> Float {
        let t = turns - turns.rounded()
        let parabola = 8 * t - 16 * t * abs(t)
        return 0.775 * parabola + 0.225 * parabola * abs(parabola)
    }

    /// cos(2π·turns), to 0.001.
    @inline(__always)
    static func cosine(turns: Float) -> Float { sine(turns: turns + 0.25) }

    /// The part of `x` after the point, 0..<1.
    @inline(__always)
    static func fraction(_ x: Float) -> Float { x - x.rounded(.down) }

    /// `x` between 0 and 1.
    @inline(__always)
    static func clamped(_ x: Float) -> Float { max(0, min(1, x)) }

    /// 0 below `low`, 1 above `high`, a smooth step between.
    @inline(__always)
    static func step(_ low: Float, _ high: Float, _ x: Float) -> Float {
        let t = clamped((x - low) / (high - low))
        return t * t * (3 - 2 * t)
    }
}

/// ‖x − y‖² = Σₖ (xₖ − yₖ)² of rows of floats, in double precision.
///
/// The terms are summed in eight interleaved sums, in an order that depends on the width alone: the bits are the same for
/// (x, y) and (y, x), alone or four at a time, and 0 for a row and itself. Where an order of neighbours must not depend on
/// how a product was cut, this decides.
public enum RowDistances {
    /// Of row `i` of `a` and row `j` of `b`.
    public static func squared(_ a: Matrix, _ i: Int, _ b: Matrix, _ j: Int) -> Double {
        precondition(a.columns == b.columns, "rows of \(a.columns) and of \(b.columns)")
        precondition(i >= 0 && i < a.rows && j >= 0 && j < b.rows, "rows \(i) of \(a.rows), \(j) of \(b.rows)")
        let (x, y) = (a.pointer + i * a.stride, b.pointer + j * b.stride)
        var sum = Octet.zero
        let end = a.columns / 8 * 8
        for k in stride(from: 0, to: end, by: 8) { sum = squares(octet(x + k), octet(y + k), sum) }
        return total(sum, x, y, end..<a.columns)
    }

    /// Of each row of `a` and each row of `b`, given to `store` as (i, j, distance).
    public static func forEach(_ a: Matrix, _ b: Matrix, _ store: (Int, Int, Double) -> Void) {
        precondition(a.columns == b.columns, "rows of \(a.columns) and of \(b.columns)")
        let end = a.columns / 8 * 8
        for j in 0..<b.rows {
            let y = b.pointer + j * b.stride
            var i = 0
            while i + 4 <= a.rows {
                let x0 = a.pointer + i * a.stride, x1 = x0 + a.stride, x2 = x1 + a.stride, x3 = x2 + a.stride
                var (s0, s1, s2, s3) = (Octet.zero, Octet.zero, Octet.zero, Octet.zero)
                for k in stride(from: 0, to: end, by: 8) {
                    let column = octet(y + k)
                    s0 = squares(octet(x0 + k), column, s0)
                    s1 = squares(octet(x1 + k), column, s1)
                    s2 = squares(octet(x2 + k), column, s2)
                    s3 = squares(octet(x3 + k), column, s3)
                }
                store(i, j, total(s0, x0, y, end..<a.columns))
                store(i + 1, j, total(s1, x1, y, end..<a.columns))
                store(i + 2, j, total(s2, x2, y, end..<a.columns))
                store(i + 3, j, total(s3, x3, y, end..<a.columns))
                i += 4
            }
            for row in i..<a.rows { store(row, j, squared(a, row, b, j)) }
        }
    }

    private typealias Octet = SIMD8<Double>

    @inline(__always)
    private static func octet(_ x: UnsafeMutablePointer<Float>) -> Octet {
        Octet(UnsafeRawPointer(x).loadUnaligned(as: SIMD8<Float>.self))
    }

    @inline(__always)
    private static func squares(_ x: Octet, _ y: Octet, _ sum: Octet) -> Octet {
        let difference = x - y
        #if JCM_LEVEL_V3 || JCM_LEVEL_V4 || arch(arm64)
            return sum.addingProduct(difference, difference)
        #else
            return sum + difference * difference
        #endif
    }

    @inline(__always)
    private static func total(
        _ sum: Octet, _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rest: Range<Int>
    ) -> Double {
        var result = sum.sum()
        for k in rest {
            let difference = Double(x[k]) - Double(y[k])
            result += difference * difference
        }
        return result
    }
}

/// Sums in the canonical binary tree: neighbours first, then pairs of pairs.
///
/// Of five terms (((0 + 1) + (2 + 3)) + 4). It is the tree of a binary counter: terms that arrive one by one,
/// each carried up while the two topmost partial sums are of one size, and at the end all combined from the
/// top.
enum TreeSum {
    /// Floats of each term that are summed before the next ones are looked at, so that they stay in the first
    /// cache.
    private static let block = 2048

    /// `target[i]` = tree sum over r of `term(r)[i]`, for i < `length`. The terms are overwritten.
    ///
    /// `target` may be the same memory as one of the terms.
    static func sum(
        _ count: Int, length: Int, into target: UnsafeMutablePointer<Float>,
        term: (Int) -> UnsafeMutablePointer<Float>
    ) {
        precondition(count >= 2, "a sum of \(count) terms")
        var start = 0
        while start < length {
            let width = min(block, length - start)
            var stride = 1
            while stride * 2 < count {
                for left in Swift.stride(from: 0, to: count - stride, by: 2 * stride) {
                    add(term(left + stride) + start, to: term(left) + start, width)
                }
                stride *= 2
            }
            add(term(0) + start, term(stride) + start, into: target + start, width)
            start += width
        }
    }

    /// `target` += `source`.
    static func add(
        _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        for index in 0..<count { target[index] = target[index] + source[index] }
    }

    private static func add(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        for index in 0..<count { target[index] = left[index] + right[index] }
    }
}

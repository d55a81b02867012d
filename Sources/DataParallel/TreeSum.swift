/// Sums in the canonical binary tree: neighbours first, then pairs of pairs.
///
/// Of five terms (((0 + 1) + (2 + 3)) + 4). It is the tree of a binary counter: terms that arrive one by one,
/// each carried up while the two topmost partial sums are of one size, and at the end all combined from the
/// top.
enum TreeSum {
    /// Elements of each term that are summed before the next ones are looked at, so that they stay in the first
    /// cache.
    private static let block = 2048

    /// `target[i]` = tree sum over r of `terms[r][i]`, for i < `length`. The terms are overwritten.
    ///
    /// `target` may be the same memory as one of the terms.
    static func sum<Element: FloatingPoint>(
        _ terms: [UnsafeMutablePointer<Element>], length: Int, into target: UnsafeMutablePointer<Element>
    ) {
        for start in stride(from: 0, to: length, by: block) {
            let width = min(block, length - start)
            if let last = addPairs(terms, start, width) {
                add(terms[0] + start, terms[last] + start, into: target + start, width)
            } else if terms[0] != target {
                (target + start).update(from: terms[0] + start, count: width)
            }
        }
    }

    /// The two terms of the tree's last addition, or the only term; each place of theirs is a sum over a part of `terms`, which
    /// are overwritten.
    static func sumToTwo<Element: FloatingPoint>(
        _ terms: [UnsafeMutablePointer<Element>], length: Int
    ) -> (first: UnsafeMutablePointer<Element>, second: UnsafeMutablePointer<Element>?) {
        var last: Int?
        for start in stride(from: 0, to: length, by: block) {
            last = addPairs(terms, start, min(block, length - start))
        }
        return (terms[0], last.map { terms[$0] })
    }

    /// All additions but the last, whose left term is the first one and whose right one is returned.
    private static func addPairs<Element: FloatingPoint>(
        _ terms: [UnsafeMutablePointer<Element>], _ start: Int, _ width: Int
    ) -> Int? {
        guard terms.count > 1 else { return nil }
        var stride = 1
        while stride * 2 < terms.count {
            for left in Swift.stride(from: 0, to: terms.count - stride, by: 2 * stride) {
                add(terms[left + stride] + start, to: terms[left] + start, width)
            }
            stride *= 2
        }
        return stride
    }

    /// `target` += `source`.
    static func add<Element: FloatingPoint>(
        _ source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>, _ count: Int
    ) {
        for index in 0..<count { target[index] = target[index] + source[index] }
    }

    private static func add<Element: FloatingPoint>(
        _ left: UnsafePointer<Element>, _ right: UnsafePointer<Element>, into target: UnsafeMutablePointer<Element>,
        _ count: Int
    ) {
        for index in 0..<count { target[index] = left[index] + right[index] }
    }
}

/// The extents of a tensor: one to four, outermost first, row-major.
public struct Shape: Equatable, Sendable, CustomStringConvertible {
    private var extents: InlineArray<4, Int>

    /// How many extents there are, 1…4.
    public let rank: Int

    /// A shape from one to four extents, each at least 0.
    public init(_ extents: [Int]) {
        precondition((1...4).contains(extents.count), "a shape has 1 to 4 extents, not \(extents.count)")
        precondition(extents.allSatisfy { $0 >= 0 }, "negative extent in \(extents)")
        var inline = InlineArray<4, Int>(repeating: 1)
        for (index, extent) in extents.enumerated() { inline[index] = extent }
        self.extents = inline
        rank = extents.count
    }

    /// A shape from its extents, `Shape(8, 28, 2048)`; without an array, as layers make some hundreds of them a step.
    public init(_ first: Int, _ second: Int? = nil, _ third: Int? = nil, _ fourth: Int? = nil) {
        precondition(
            first >= 0 && second ?? 0 >= 0 && third ?? 0 >= 0 && fourth ?? 0 >= 0,
            "negative extent in \([first, second, third, fourth].compactMap(\.self))")
        extents = [first, second ?? 1, third ?? 1, fourth ?? 1]
        rank = fourth != nil ? 4 : third != nil ? 3 : second != nil ? 2 : 1
    }

    /// Extent number `index`, counted from the outermost.
    public subscript(index: Int) -> Int {
        precondition(index < rank, "extent \(index) of a shape with \(rank)")
        return extents[index]
    }

    /// The extents as an array.
    public var array: [Int] { (0..<rank).map { extents[$0] } }

    /// The number of elements: the product of the extents.
    public var count: Int { extents[0] * extents[1] * extents[2] * extents[3] }

    /// The innermost extent.
    public var last: Int { extents[rank - 1] }

    /// The number of rows of `last` elements.
    public var rows: Int {
        var product = 1
        for index in 0..<(rank - 1) { product *= extents[index] }
        return product
    }

    /// The same shape with another outermost extent.
    public func withFirst(_ extent: Int) -> Shape {
        precondition(extent >= 0, "negative extent \(extent)")
        var copy = self
        copy.extents[0] = extent
        return copy
    }

    /// The same shape with another innermost extent.
    public func withLast(_ extent: Int) -> Shape {
        precondition(extent >= 0, "negative extent \(extent)")
        var copy = self
        copy.extents[rank - 1] = extent
        return copy
    }

    public static func == (left: Shape, right: Shape) -> Bool {
        left.rank == right.rank && (0..<left.rank).allSatisfy { left.extents[$0] == right.extents[$0] }
    }

    /// `8×28×2048`.
    public var description: String { array.map(String.init).joined(separator: "×") }
}

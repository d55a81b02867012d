/// A view of row-major floats: a shape and where they begin. It owns nothing; an `Arena` or its maker does.
///
/// Raw memory is touched in `Tensors` and `Kernels` only; other modules pass tensors on, and look into them
/// through the checked subscript and `array`.
@safe
public struct Tensor: @unchecked Sendable {
    /// The first element.
    public let pointer: UnsafeMutablePointer<Float>

    /// The extents.
    public let shape: Shape

    /// A view of `shape.count` floats from `pointer` on.
    @unsafe
    public init(_ pointer: UnsafeMutablePointer<Float>, _ shape: Shape) {
        self.pointer = pointer
        self.shape = shape
    }

    /// The number of elements.
    public var count: Int { shape.count }

    /// The same elements under another shape of the same count.
    public func reshaped(_ first: Int, _ second: Int? = nil, _ third: Int? = nil, _ fourth: Int? = nil) -> Tensor {
        let new = Shape(first, second, third, fourth)
        precondition(new.count == count, "\(shape) has not the \(new.count) elements of \(new)")
        return Tensor(pointer, new)
    }

    /// Rows `range` of the outermost extent.
    public func slice(_ range: Range<Int>) -> Tensor {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of a tensor \(shape)")
        let stride = shape[0] == 0 ? 0 : count / shape[0]
        return Tensor(pointer + range.lowerBound * stride, shape.withFirst(range.count))
    }

    /// The first `rows` of the outermost extent.
    public func prefix(_ rows: Int) -> Tensor { slice(0..<rows) }

    /// The element at a flat, row-major index.
    public subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            return pointer[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "element \(index) of \(count)")
            pointer[index] = newValue
        }
    }

    /// The elements, copied out.
    public var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    /// Takes the elements of `values`, which are as many.
    public func assign(_ values: [Float]) {
        precondition(values.count == count, "\(values.count) values for a tensor \(shape)")
        values.withUnsafeBufferPointer { pointer.update(from: $0.baseAddress!, count: count) }
    }

    /// Takes the elements of `other`, which has as many.
    public func assign(_ other: Tensor) {
        precondition(other.count == count, "\(other.shape) into \(shape)")
        pointer.update(from: other.pointer, count: count)
    }

    /// Sets each element to `value`.
    public func fill(_ value: Float) { pointer.update(repeating: value, count: count) }
}

internal import HDF5
public import Tensors

/// A case of a file in `Tests/Fixtures`: golden values that PyTorch computed in float64.
public struct Fixture {
    private let file: File
    private let group: String

    /// Case `name` of `FILE.h5`.
    public init(_ file: String, _ name: String) throws {
        self.file = try File(reading: TestPaths.fixtures + "/\(file).h5")
        group = "/" + name
    }

    /// The cases of `FILE.h5`.
    public static func cases(_ file: String) -> [String] {
        (try? File(reading: TestPaths.fixtures + "/\(file).h5").children(of: "/")) ?? []
    }

    /// The values of a dataset of the case.
    public func values(_ name: String) throws -> [Double] { try file.read("\(group)/\(name)") }

    /// Its integers.
    public func integers(_ name: String) throws -> [Int] {
        try file.read("\(group)/\(name)", as: Int64.self).map { Int($0) }
    }

    /// Its extents.
    public func shape(_ name: String) throws -> [Int] { try file.shape(of: "\(group)/\(name)") }

    /// Whether the case has the dataset.
    public func has(_ name: String) throws -> Bool { try file.exists("\(group)/\(name)") }

    /// The names of the datasets below a group of the case.
    public func names(below name: String) throws -> [String] { try file.children(of: "\(group)/\(name)") }

    /// A whole number among the case's attributes.
    public func integer(_ name: String) throws -> Int {
        Int(try file.attribute(name, of: group, as: Int64.self))
    }

    /// A real number among the case's attributes.
    public func real(_ name: String) throws -> Double { try file.attribute(name, of: group) }

    /// A text among the case's attributes.
    public func text(_ name: String) throws -> String { try file.attribute(name, of: group) }

    /// A row of whole numbers among the case's attributes.
    public func row(_ name: String) throws -> [Int] { try file.attribute(name, of: group) }

    /// A dataset as a tensor of its own.
    public func tensor(_ name: String) throws -> TestTensor {
        TestTensor(try shape(name), try values(name).map { Float($0) })
    }
}

/// A tensor with memory of its own, which stays until the tests end.
///
/// A view holds nothing: in `run(owner.view)` the owner may be released before the call, were it to free its memory.
public final class TestTensor {
    /// The view of all of it.
    public let view: Tensor

    /// A tensor with the given extents and elements, zero by default.
    public init(_ extents: [Int], _ values: [Float]? = nil) {
        let shape = Shape(extents)
        let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(shape.count, 1))
        pointer.initialize(repeating: 0, count: max(shape.count, 1))
        view = Tensor(pointer, shape)
        if let values { view.assign(values) }
    }
}

/// The largest difference of two arrays, relative to the second's largest element.
public func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let size = expected.map(abs).max() ?? 0
    // The largest of some numbers may be one that comes after a NaN.
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.map { $0.isNaN ? .infinity : $0 }.max() ?? 0
    return worst / max(size, 1e-30)
}

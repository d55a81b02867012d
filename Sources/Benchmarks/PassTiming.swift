internal import Tensors

/// Forward and backward of one layer: how long they take, and at which rate they compute.
public struct PassTiming: Sendable, Encodable {
    /// The layer.
    public let name: String

    /// Seconds of each pass; backward makes the gradients of weights and input.
    public let forward: Timing, backward: Timing

    /// Floating-point operations of each pass: two a multiply-add, convolutions counted as direct ones.
    public let forwardOperations: Double, backwardOperations: Double

    /// 10⁹ operations a second.
    public var forwardGflops: Double { forward.gigaRate(forwardOperations) }

    /// 10⁹ operations a second.
    public var backwardGflops: Double { backward.gigaRate(backwardOperations) }

    /// 10⁹ operations a second of both passes.
    public var gflops: Double {
        (forwardOperations + backwardOperations) / max(forward.median + backward.median, 1e-12) / 1e9
    }

    private enum Key: String, CodingKey { case name, forward, backward, forwardGflops, backwardGflops }

    /// Names, timings, and rates.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(forward, forKey: .forward)
        try container.encode(backward, forKey: .backward)
        try container.encode(forwardGflops, forKey: .forwardGflops)
        try container.encode(backwardGflops, forKey: .backwardGflops)
    }
}

extension Tensor {
    /// Fills the tensor with numbers in −1 ..< 1 of no pattern that a kernel could profit from.
    func fillForMeasuring() {
        for index in 0..<count { self[index] = Float((index &* 2_654_435_761) >> 7 & 2047) / 1024 - 1 }
    }
}

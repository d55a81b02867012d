/// What a training step holds, in bytes.
public struct StepMemory: Sendable, Encodable {
    /// The flat buffers of values and of gradients.
    public let parameters: Int, gradients: Int

    /// Adam's m and v.
    public let moments: Int

    /// Room for what forward keeps for backward, and for the outputs of inference.
    public let activations: Int

    /// What a call needs no longer than it runs; known after the first step.
    public let scratch: Int

    /// The pictures of the micro-batch.
    public let pictures: Int

    /// The process's largest resident size so far.
    public let peakResident: Int

    /// All but the process's own.
    public var total: Int { parameters + gradients + moments + activations + scratch + pictures }
}

internal import Glibc
internal import Tensors

/// How a parameter begins.
public enum Initialisation: Sendable, Equatable {
    /// Every element the same.
    case constant(Float)

    /// Uniform in ±bound.
    case uniform(Float)

    /// Normal with mean 0 and the given deviation.
    case normal(Float)

    /// He et al. 2015, fan-out: normal, deviation √(2 / (k·k·O)).
    static func heFanOut(kernel: Int, outputs: Int) -> Initialisation {
        .normal((2 / Float(kernel * kernel * outputs)).squareRoot())
    }

    /// Glorot and Bengio 2010: uniform, bound √(6 / (inputs + outputs)).
    static func xavier(inputs: Int, outputs: Int) -> Initialisation {
        .uniform((6 / Float(inputs + outputs)).squareRoot())
    }

    /// PyTorch's default of a linear layer: uniform, bound 1/√inputs.
    static func linear(inputs: Int) -> Initialisation { .uniform(1 / Float(inputs).squareRoot()) }

    /// Fills `tensor` with the numbers that belong to `name` under `seed`, whatever other parameters there are.
    func fill(_ tensor: Tensor, name: String, seed: UInt64) {
        var random = RandomStream(seed: seed, .initialisation, index: stableHash(name))
        switch self {
        case .constant(let value): tensor.fill(value)
        case .uniform(let bound):
            for index in 0..<tensor.count { tensor[index] = random.uniform(-bound...bound) }
        case .normal(let deviation):
            for index in 0..<tensor.count { tensor[index] = deviation * random.normal() }
        }
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every run, unlike `Hasher`.
func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

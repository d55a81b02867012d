internal import CSystem
public import Tensors

/// One Adam step over flat arrays (Kingma and Ba 2015, as torch.optim.Adam), in one pass over memory.
public struct AdamUpdate: Sendable {
    /// Decay of the first and of the second moment.
    ///
    /// In double precision: 1 − β₂ of a single-precision 0.999 is 1.3e-5 off.
    public var beta1 = 0.9, beta2 = 0.999

    /// Added to the root of the second moment.
    public var epsilon: Float = 1e-8

    /// α of this step.
    public var learningRate: Float

    /// L2 penalty added to the gradient: λ·θ.
    public var weightDecay: Float = 0

    /// Factor on the gradient before all else: the clip.
    public var gradientScale: Float = 1

    /// An update with the given rate and PyTorch's defaults.
    public init(learningRate: Float) { self.learningRate = learningRate }

    /// g ← scale·g + λθ; m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − α·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε).
    ///
    /// `step` is t, from 1 on. g is `gradient`, or `gradient` + `addend`; both are left as they are.
    public func apply(
        step: Int, values: Tensor, gradient: Tensor, plus addend: Tensor? = nil, firstMoment: Tensor,
        secondMoment: Tensor, team: WorkerTeam
    ) {
        precondition(
            values.count == gradient.count && values.count == addend?.count ?? values.count
                && values.count == firstMoment.count && values.count == secondMoment.count,
            "Adam over \(values.count) values, \(gradient.count) gradients")
        let correction1 = 1 - power(beta1, step), correction2 = 1 - power(beta2, step)
        let rate = learningRate / Float(correction1), root = 1 / Float(correction2)
        let (θ, g, m, v) = (values.pointer, gradient.pointer, firstMoment.pointer, secondMoment.pointer)
        let (b1, b2, ε, λ, s) = (Float(beta1), Float(beta2), epsilon, weightDecay, gradientScale)
        let (share1, share2) = (Float(1 - beta1), Float(1 - beta2))
        func change(_ i: Int, _ sum: Float) {
            let gradient = sum * s + λ * θ[i]
            let first = b1 * m[i] + share1 * gradient
            let second = b2 * v[i] + share2 * gradient * gradient
            m[i] = first
            v[i] = second
            θ[i] -= rate * first / (jcm_sqrt(second * root) + ε)
        }
        team.elements(values.count) { range in
            if let h = addend?.pointer {
                for i in range { change(i, g[i] + h[i]) }
            } else {
                for i in range { change(i, g[i]) }
            }
        }
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, factor, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

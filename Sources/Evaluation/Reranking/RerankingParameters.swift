/// The parameters of k-reciprocal re-ranking, in the letters of its paper (Zhong et al. 2017).
public struct RerankingParameters: Equatable, Sendable {
    /// Nearest pictures among which reciprocal neighbours are looked for.
    public var k1: Int

    /// Nearest pictures over which the description of a picture is averaged; 1 = no expansion.
    public var k2: Int

    /// Weight of the original distance: (1 − λ)·Jaccard + λ·original.
    public var lambda: Double

    /// Parameters; the defaults are the paper's for Market-1501.
    public init(k1: Int = 20, k2: Int = 6, lambda: Double = 0.3) {
        precondition(k1 >= 1 && k2 >= 1 && (0...1).contains(lambda), "k1 \(k1), k2 \(k2), lambda \(lambda)")
        (self.k1, self.k2, self.lambda) = (k1, k2, lambda)
    }

    /// Neighbours that a neighbour may contribute: k1/2, half to even as the published Python code rounds; its MATLAB
    /// code differs for some odd k1.
    var half: Int { Int((Double(k1) / 2).rounded(.toNearestOrEven)) }

    /// Nearest pictures that are kept of each, itself among them.
    var listLength: Int { max(k1 + 1, k2) }
}

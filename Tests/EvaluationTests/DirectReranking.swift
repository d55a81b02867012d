import Evaluation
import Foundation

/// The definition of k-reciprocal re-ranking, step by step on whole matrices in double precision.
struct DirectReranking {
    let parameters: RerankingParameters

    /// Distances [Q, G] of the first `queries` rows of `x` to the others.
    func distances(_ x: [[Double]], queries: Int) -> [[Double]] {
        let n = x.count
        var d = x.map { a in x.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } } }
        let rank = d.map { row in row.indices.sorted { (row[$0], $0) < (row[$1], $1) } }
        for i in 0..<n {
            let largest = d[i].max() ?? 0
            if largest > 0 { d[i] = d[i].map { $0 / largest } }
        }
        // As numpy.around: 0.5 → 0, 1.5 → 2, 2.5 → 2.
        let (quotient, remainder) = (parameters.k1 / 2, parameters.k1 % 2)
        let half = remainder == 0 || quotient % 2 == 0 ? quotient : quotient + 1
        func reciprocal(_ i: Int, _ k: Int) -> Set<Int> {
            Set(rank[i].prefix(k + 1).filter { rank[$0].prefix(k + 1).contains(i) })
        }
        var v = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        for i in 0..<n {
            let near = reciprocal(i, parameters.k1)
            var all = near
            for c in near {
                let its = reciprocal(c, half)
                if Double(its.intersection(near).count) > 2.0 / 3 * Double(its.count) + 1e-9 { all.formUnion(its) }
            }
            for j in all { v[i][j] = exp(-d[i][j]) }
            let sum = v[i].reduce(0, +)
            if sum > 0 { v[i] = v[i].map { $0 / sum } }
        }
        let mean = (0..<n).map { i in
            let near = rank[i].prefix(parameters.k2)
            return (0..<n).map { k in near.reduce(0) { $0 + v[$1][k] } / Double(near.count) }
        }
        return (0..<queries).map { q in
            let present = (0..<n).filter { mean[q][$0] > 0 }
            return (queries..<n).map { j in
                let t = present.reduce(0) { $0 + min(mean[q][$1], mean[j][$1]) }
                return (1 - parameters.lambda) * (1 - t / (2 - t)) + parameters.lambda * d[q][j]
            }
        }
    }
}

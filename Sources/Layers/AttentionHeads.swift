internal import Kernels
internal import Tensors

/// A tensor [N, L, …] of which each row holds, from `offset` on, the `count` heads' vectors of `width` side by side.
struct AttentionHeads {
    let tensor: Tensor
    let offset: Int
    let count: Int
    let width: Int

    /// Head `head` of picture `picture`, as a matrix [L, width]: no element moves.
    func matrix(_ picture: Int, _ head: Int) -> Matrix {
        let (length, line) = (tensor.shape[1], tensor.shape[2])
        return Matrix(
            tensor.pointer + picture * length * line + offset + head * width, rows: length, columns: width,
            stride: line)
    }
}

/// Scaled dot-product attention over all pictures and heads: softmax(Q·Kᵗ/√d)·V. Vaswani et al. 2017, 3.2.
struct ScaledDotProduct {
    let isCausal: Bool
    let dropout: Dropout
    let context: LayerContext

    /// `probabilities` and `dropped` are [N, h, Lq, Lk]; without dropout `dropped` is not used.
    func forward(
        _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads, probabilities: Tensor, dropped: Tensor,
        into output: AttentionHeads, _ pass: Pass
    ) {
        let (queries, keys) = (probabilities.shape[2], probabilities.shape[3])
        let scale = 1 / Float(q.width).squareRoot()
        eachHead(probabilities) { picture, head, p in
            multiply(q.matrix(picture, head), k.matrix(picture, head).transposed, into: p, scale: scale, team: .solo)
        }
        Softmax.forward(probabilities, team: context.team, visible: isCausal ? { $0 % queries + 1 } : nil)
        precondition(!isCausal || queries == keys, "a causal mask over \(queries)×\(keys)")
        let used = pass.isTraining && dropout.probability > 0 ? dropped : probabilities
        if pass.isTraining && dropout.probability > 0 {
            dropped.assign(probabilities)
            dropout.apply(dropped, pass.randomness, team: context.team)
        }
        eachHead(used) { picture, head, p in
            multiply(p, v.matrix(picture, head), into: output.matrix(picture, head), team: .solo)
        }
    }

    /// The gradients of Q, K and V from that of the output; they are overwritten.
    func backward(
        _ outputGradient: AttentionHeads, _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads,
        probabilities: Tensor, dropped: Tensor, into dq: AttentionHeads, _ dk: AttentionHeads,
        _ dv: AttentionHeads, _ pass: Pass
    ) {
        let scale = 1 / Float(q.width).squareRoot()
        let hasDropout = pass.isTraining && dropout.probability > 0
        context.scratch.with(probabilities.shape) { gradient in
            let used = hasDropout ? dropped : probabilities
            eachHead(used) { picture, head, p in
                let g = outputGradient.matrix(picture, head)
                multiply(p.transposed, g, into: dv.matrix(picture, head), team: .solo)
                multiply(
                    g, v.matrix(picture, head).transposed, into: matrix(gradient, picture, head), team: .solo)
            }
            if hasDropout { dropout.apply(gradient, pass.randomness, team: context.team) }
            Softmax.backward(gradient, probabilities: probabilities, team: context.team)
            eachHead(gradient) { picture, head, g in
                multiply(g, k.matrix(picture, head), into: dq.matrix(picture, head), scale: scale, team: .solo)
                multiply(
                    g.transposed, q.matrix(picture, head), into: dk.matrix(picture, head), scale: scale,
                    team: .solo)
            }
        }
    }

    private func matrix(_ scores: Tensor, _ picture: Int, _ head: Int) -> Matrix {
        let (queries, keys) = (scores.shape[2], scores.shape[3])
        return Matrix(
            scores.pointer + (picture * scores.shape[1] + head) * queries * keys, rows: queries, columns: keys,
            stride: keys)
    }

    private func eachHead(_ scores: Tensor, _ body: (Int, Int, Matrix) -> Void) {
        let heads = scores.shape[1]
        context.team.ranges(scores.shape[0] * heads) { range in
            for index in range { body(index / heads, index % heads, matrix(scores, index / heads, index % heads)) }
        }
    }
}

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
///
/// A head runs from its scores to its output at once: what lies between, a few KB for sequences as short as a picture's,
/// stays in the first cache.
struct ScaledDotProduct {
    let isCausal: Bool
    let dropout: Dropout
    let context: LayerContext

    /// `probabilities` and `dropped` are [N, h, Lq, Lk]; without dropout `dropped` is not used.
    func forward(
        _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads, probabilities: Tensor, dropped: Tensor,
        into output: AttentionHeads, _ pass: Pass
    ) {
        precondition(
            !isCausal || probabilities.shape[2] == probabilities.shape[3], "a causal mask over \(probabilities.shape)")
        let drops = drops(pass)
        eachHead(probabilities, drops ? dropped : probabilities, width: q.width) { work, picture, head, p, used in
            work.probabilities(
                q.matrix(picture, head), k.matrix(picture, head), isCausal: isCausal, into: p)
            if drops {
                used.assign(p)
                dropout.apply(used, from: head * p.count, ofSample: picture, pass.randomness)
            }
            work.mix(used, v.matrix(picture, head), into: output.matrix(picture, head))
        }
    }

    /// The gradients of Q, K and V from that of the output; they are overwritten.
    func backward(
        _ outputGradient: AttentionHeads, _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads,
        probabilities: Tensor, dropped: Tensor, into dq: AttentionHeads, _ dk: AttentionHeads,
        _ dv: AttentionHeads, _ pass: Pass
    ) {
        eachHead(probabilities, drops(pass) ? dropped : probabilities, width: q.width) { work, picture, head, p, used in
            work.backward(
                outputGradient.matrix(picture, head), q.matrix(picture, head), k.matrix(picture, head),
                v.matrix(picture, head), probabilities: p, used: used, into: dq.matrix(picture, head),
                dk.matrix(picture, head), dv.matrix(picture, head))
        }
    }

    private func drops(_ pass: Pass) -> Bool { pass.isTraining && dropout.probability > 0 }

    /// Calls `body` with each picture and head, and its parts of the two tensors [N, h, Lq, Lk].
    private func eachHead(
        _ probabilities: Tensor, _ used: Tensor, width: Int, _ body: (HeadAttention, Int, Int, Tensor, Tensor) -> Void
    ) {
        let shape = probabilities.shape, (heads, queries, keys) = (shape[1], shape[2], shape[3])
        let all = shape[0] * heads, size = HeadAttention.workSize(queries: queries, keys: keys, width: width)
        let p = probabilities.reshaped(all, queries * keys), used = used.reshaped(all, queries * keys)
        context.scratch.with(Shape(context.team.count, size)) { memory in
            context.team.pieces(all) { thread, piece in
                let work = HeadAttention(
                    queries: queries, keys: keys, width: width, scale: 1 / Float(width).squareRoot(),
                    in: memory.slice(thread..<thread + 1))
                for index in piece {
                    body(work, index / heads, index % heads, p.slice(index..<index + 1), used.slice(index..<index + 1))
                }
            }
        }
    }
}

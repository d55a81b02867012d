internal import Kernels
internal import Tensors

/// A tensor [N, L, …] or [R, …] of which each row holds, from `offset` on, the heads' vectors of `width` side by side.
struct AttentionHeads {
    let tensor: Tensor
    let rows: SequenceRows
    let offset: Int
    let width: Int

    /// Head `head` of picture `picture`, as a matrix [L, width]: no element moves.
    func matrix(_ picture: Int, _ head: Int) -> Matrix {
        let (own, line) = (rows[picture], tensor.shape.last)
        return Matrix(
            tensor.pointer + own.lowerBound * line + offset + head * width, rows: own.count, columns: width,
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

    /// `probabilities` and `dropped` have room for [N, h, Lq, Lk] of the longest; without dropout `dropped` is not used.
    func forward(
        _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads, probabilities: Tensor, dropped: Tensor,
        into output: AttentionHeads, _ pass: Pass
    ) {
        precondition(!isCausal || q.rows == k.rows, "a causal mask over queries and keys of other lengths")
        let drops = drops(pass)
        eachHead(q, k, probabilities, drops ? dropped : probabilities) { work, picture, head, p, used in
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
        eachHead(q, k, probabilities, drops(pass) ? dropped : probabilities) { work, picture, head, p, used in
            work.backward(
                outputGradient.matrix(picture, head), q.matrix(picture, head), k.matrix(picture, head),
                v.matrix(picture, head), probabilities: p, used: used, into: dq.matrix(picture, head),
                dk.matrix(picture, head), dv.matrix(picture, head))
        }
    }

    private func drops(_ pass: Pass) -> Bool { pass.isTraining && dropout.probability > 0 }

    /// Calls `body` with each picture and head, and its parts of the two tensors [N, h, Lq, Lk].
    private func eachHead(
        _ q: AttentionHeads, _ k: AttentionHeads, _ probabilities: Tensor, _ used: Tensor,
        _ body: (HeadAttention, Int, Int, Tensor, Tensor) -> Void
    ) {
        let heads = probabilities.shape[1], all = q.rows.count * heads, width = q.width
        let size = HeadAttention.workSize(queries: q.rows.longest, keys: k.rows.longest, width: width)
        context.scratch.with(Shape(context.team.count, size)) { memory in
            context.team.pieces(all) { thread, piece in
                for index in piece {
                    let (picture, head) = index.quotientAndRemainder(dividingBy: heads)
                    let (queries, keys) = (q.rows[picture].count, k.rows[picture].count)
                    let work = HeadAttention(
                        queries: queries, keys: keys, width: width, scale: 1 / Float(width).squareRoot(),
                        in: memory.slice(thread..<thread + 1))
                    let room = probabilities.shape[2] * probabilities.shape[3], p = index * room
                    body(
                        work, picture, head, probabilities.reshaped(probabilities.count).slice(p..<p + queries * keys),
                        used.reshaped(used.count).slice(p..<p + queries * keys))
                }
            }
        }
    }
}

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
        let scale = 1 / Float(q.width).squareRoot()
        let drops = drops(pass)
        eachHead(probabilities) { picture, head in
            let p = scores(probabilities, picture, head)
            multiply(
                q.matrix(picture, head), k.matrix(picture, head).transposed, into: Matrix(p), scale: scale,
                team: .solo)
            Softmax.forward(p, team: .solo, visible: isCausal ? { $0 + 1 } : nil)
            var used = p
            if drops {
                used = scores(dropped, picture, head)
                used.assign(p)
                dropout.apply(used, from: head * p.count, ofSample: picture, pass.randomness)
            }
            multiply(Matrix(used), v.matrix(picture, head), into: output.matrix(picture, head), team: .solo)
        }
    }

    /// The gradients of Q, K and V from that of the output; they are overwritten.
    func backward(
        _ outputGradient: AttentionHeads, _ q: AttentionHeads, _ k: AttentionHeads, _ v: AttentionHeads,
        probabilities: Tensor, dropped: Tensor, into dq: AttentionHeads, _ dk: AttentionHeads,
        _ dv: AttentionHeads, _ pass: Pass
    ) {
        let scale = 1 / Float(q.width).squareRoot()
        let drops = drops(pass)
        context.scratch.with(probabilities.shape) { gradient in
            eachHead(probabilities) { picture, head in
                let p = scores(probabilities, picture, head), g = scores(gradient, picture, head)
                let used = drops ? scores(dropped, picture, head) : p
                let above = outputGradient.matrix(picture, head)
                multiply(Matrix(used).transposed, above, into: dv.matrix(picture, head), team: .solo)
                multiply(above, v.matrix(picture, head).transposed, into: Matrix(g), team: .solo)
                if drops { dropout.apply(g, from: head * p.count, ofSample: picture, pass.randomness) }
                Softmax.backward(g, probabilities: p, team: .solo)
                multiply(
                    Matrix(g), k.matrix(picture, head), into: dq.matrix(picture, head), scale: scale, team: .solo)
                multiply(
                    Matrix(g).transposed, q.matrix(picture, head), into: dk.matrix(picture, head), scale: scale,
                    team: .solo)
            }
        }
    }

    private func drops(_ pass: Pass) -> Bool { pass.isTraining && dropout.probability > 0 }

    /// Head `head` of picture `picture`: [Lq, Lk] of [N, h, Lq, Lk].
    private func scores(_ all: Tensor, _ picture: Int, _ head: Int) -> Tensor {
        let index = picture * all.shape[1] + head
        return all.reshaped(all.shape[0] * all.shape[1], all.shape[2] * all.shape[3]).slice(index..<index + 1)
            .reshaped(all.shape[2], all.shape[3])
    }

    private func eachHead(_ scores: Tensor, _ body: (Int, Int) -> Void) {
        let heads = scores.shape[1]
        context.team.ranges(scores.shape[0] * heads) { range in
            for index in range { body(index / heads, index % heads) }
        }
    }
}

internal import Kernels
internal import Tensors

/// A sub-layer of a Transformer layer with its residual connection, dropout and layer normalisation.
///
/// Post-norm (Vaswani et al. 2017): y = LN(x + drop(f(x))). Pre-norm: y = x + drop(f(LN(x))).
final class Residual {
    private let isPreNorm: Bool
    private let norm: LayerNorm
    private let dropout: Dropout
    private let context: LayerContext
    private let sum: Slot

    /// Registers the normalisation before (pre-norm) or after (post-norm) the parameters that `makeInner` registers.
    static func make<Inner>(
        norm name: String, length: Int, width: Int, isPreNorm: Bool, dropout: Float, _ context: LayerContext,
        _ makeInner: () -> Inner
    ) -> (Residual, Inner) {
        if isPreNorm {
            let norm = LayerNorm(name, rows: length, width: width, context)
            let inner = makeInner()
            return (Residual(norm, length, width, true, dropout, context), inner)
        }
        let inner = makeInner()
        let norm = LayerNorm(name, rows: length, width: width, context)
        return (Residual(norm, length, width, false, dropout, context), inner)
    }

    private init(
        _ norm: LayerNorm, _ length: Int, _ width: Int, _ isPreNorm: Bool, _ dropout: Float,
        _ context: LayerContext
    ) {
        (self.norm, self.isPreNorm, self.context) = (norm, isPreNorm, context)
        self.dropout = context.dropout(dropout)
        sum = context.activation(length, width)
    }

    func forward(_ x: Tensor, _ pass: Pass, _ inner: (Tensor) -> Tensor) -> Tensor {
        let branch = inner(isPreNorm ? norm.forward(x, pass) : x)
        dropout.apply(branch, pass, team: context.team)
        let total = sum.shaped(like: x)
        add(x, branch, into: total, team: context.team)
        return isPreNorm ? total : norm.forward(total, pass)
    }

    /// Replaces `gradient`, that of y, by that of x. `inner(g, dx)` carries the branch's gradient g back into dx.
    func backward(_ gradient: Tensor, _ pass: Pass, _ inner: (Tensor, Tensor) -> Void) {
        if !isPreNorm { norm.backward(gradient, into: gradient, pass) }
        context.scratch.with(gradient.shape, gradient.shape) { branch, back in
            branch.assign(gradient)
            dropout.apply(branch, pass, team: context.team)
            inner(branch, back)
            if isPreNorm { norm.backward(back, into: back, pass) }
            add(back, to: gradient, team: context.team)
        }
    }

    /// The sub-layer on rows [R, D] in place, without dropout, as decoding step by step needs.
    func apply(to rows: Tensor, _ inner: (Tensor, Tensor) -> Void) {
        context.scratch.with(rows.shape, rows.shape) { argument, branch in
            if isPreNorm { norm.apply(to: rows, into: argument) } else { argument.assign(rows) }
            inner(argument, branch)
            add(branch, to: rows, team: context.team)
            if !isPreNorm { norm.apply(to: rows, into: rows) }
        }
    }

    var summary: [LayerSummary] { norm.summary }
}

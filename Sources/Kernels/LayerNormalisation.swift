internal import CSystem
public import Tensors

/// Layer normalisation of the rows of [R, D]: y = γ·(x − μ)·s + β, s = 1/√(σ² + 1e-5). Ba et al. 2016.
public enum LayerNormalisation {
    /// Added to the variance, as PyTorch's default.
    public static let epsilon: Float = 1e-5

    /// Writes y, and each row's (μ, s) into `moments` [R, 2].
    public static func forward(
        _ x: Tensor, weight: Tensor, bias: Tensor, into y: Tensor, moments: Tensor, team: WorkerTeam
    ) {
        let width = x.shape.last
        shareRows(x.shape.rows, width, team) { row in
            let (source, target) = (x.pointer + row * width, y.pointer + row * width)
            let mean =
                sum(width) {
                    source[lanes: $0]
                } tail: {
                    source[$0]
                } / Float(width)
            let centre = Lanes(repeating: mean)
            let squares = sum(width) {
                let d = source[lanes: $0] - centre
                return d * d
            } tail: {
                (source[$0] - mean) * (source[$0] - mean)
            }
            let s = 1 / jcm_sqrt(squares / Float(width) + epsilon)
            let scale = Lanes(repeating: s)
            forLanes(width) { i, load, store in
                let normalised = (load(source + i) - centre) * scale
                store(normalised * load(weight.pointer + i) + load(bias.pointer + i), target + i)
            }
            moments.pointer[2 * row] = mean
            moments.pointer[2 * row + 1] = s
        }
    }

    /// inputGradient = s·(h − mean(h) − x̂·mean(h·x̂)), h = g·γ; adds to the gradients of γ and β.
    public static func backward(
        _ gradient: Tensor, x: Tensor, weight: Tensor, moments: Tensor, into inputGradient: Tensor,
        weightGradient: Tensor, biasGradient: Tensor, team: WorkerTeam
    ) {
        let (rows, width) = (x.shape.rows, x.shape.last)
        parameterGradients(gradient, x, moments, weightGradient, biasGradient, team)
        shareRows(rows, width, team) { row in
            let (g, source) = (gradient.pointer + row * width, x.pointer + row * width)
            let target = inputGradient.pointer + row * width
            let (mean, s, w) = (moments.pointer[2 * row], moments.pointer[2 * row + 1], weight.pointer)
            let a =
                sum(width) {
                    g[lanes: $0] * w[lanes: $0]
                } tail: {
                    g[$0] * w[$0]
                } / Float(width)
            let centre = Lanes(repeating: mean)
            let b =
                sum(width) {
                    g[lanes: $0] * w[lanes: $0] * (source[lanes: $0] - centre)
                } tail: {
                    g[$0] * w[$0] * (source[$0] - mean)
                } * s * s / Float(width)
            let (scale, first, second) = (Lanes(repeating: s), Lanes(repeating: a), Lanes(repeating: b))
            forLanes(width) { i, load, store in
                let centred = load(source + i) - centre
                store(scale * (load(g + i) * load(w + i) - first - centred * second), target + i)
            }
        }
    }

    /// Threads share the columns, so that each sum has one order.
    private static func parameterGradients(
        _ gradient: Tensor, _ x: Tensor, _ moments: Tensor, _ weight: Tensor, _ bias: Tensor, _ team: WorkerTeam
    ) {
        let (rows, width) = (x.shape.rows, x.shape.last)
        let body = { (columns: Range<Int>) in
            let (dw, db) = (weight.pointer, bias.pointer)
            for row in 0..<rows {
                let (g, source) = (gradient.pointer + row * width, x.pointer + row * width)
                let (mean, s) = (moments.pointer[2 * row], moments.pointer[2 * row + 1])
                for i in columns {
                    dw[i] += g[i] * (source[i] - mean) * s
                    db[i] += g[i]
                }
            }
        }
        if rows * width < sharedElements { body(0..<width) } else { team.ranges(width, grain: 16, body) }
    }

    @inline(__always)
    private static func sum(_ width: Int, _ lanes: (Int) -> Lanes, tail: (Int) -> Float) -> Float {
        var total = Lanes.zero
        let end = laneEnd(width)
        for index in stride(from: 0, to: end, by: Lanes.scalarCount) { total += lanes(index) }
        var result = total.sum()
        for index in end..<width { result += tail(index) }
        return result
    }
}

/// Runs `body` for each row; one thread where there is little to do.
@inline(__always)
func shareRows(_ rows: Int, _ width: Int, _ team: WorkerTeam, _ body: (Int) -> Void) {
    if rows * width < sharedElements {
        for row in 0..<rows { body(row) }
    } else {
        team.ranges(rows) { for row in $0 { body(row) } }
    }
}

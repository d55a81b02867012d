internal import Glibc
internal import Kernels
public import Tensors

/// Positions added to sequences, and dropout behind them. Shapes: x [N, L, D], or [R, D] under the pass's rows, in place.
public final class Positions {
    /// Where the vectors come from.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// PE(p, 2i) = sin(p / 10000^{2i/D}), PE(p, 2i+1) = cos of the same. Vaswani et al. 2017, 3.5.
        case sinusoidal

        /// Parameters.
        case learned
    }

    private let table: Slot?
    private let learned: Parameter?
    private let dropout: Dropout
    private let length: Int, width: Int
    private let context: LayerContext
    private var isTableFilled = false

    /// Vectors of `length` positions.
    public init(
        _ name: String, _ method: Method, length: Int, width: Int, dropout: Float, _ context: LayerContext
    ) {
        learned =
            method == .learned
            ? context.parameters.add("\(name).weight", Shape(length, width), .embedding, .normal(0.02)) : nil
        table = method == .sinusoidal ? context.activations.reserve(Shape(length, width)) : nil
        self.dropout = context.dropout(dropout)
        (self.length, self.width, self.context) = (length, width, context)
    }

    /// x += positions, then dropout.
    public func apply(to x: Tensor, _ pass: Pass) {
        let vectors = self.vectors
        let rows = pass.rows(of: x)
        precondition(
            rows.longest <= length && x.shape.last == width, "\(x.shape) with positions \(length)×\(width)")
        context.team.elements(rows.count, each: rows.longest * width) { n in
            let target = x.pointer + rows[n].lowerBound * width
            for index in 0..<rows[n].count * width { target[index] += vectors.pointer[index] }
        }
        dropout.apply(x, pass, team: context.team)
    }

    /// row += vector of `position` for each row of [R, D]: no dropout.
    public func apply(toRows rows: Tensor, position: Int) {
        let vector = vectors.pointer + position * width
        for row in 0..<rows.shape[0] {
            for index in 0..<width { rows.pointer[row * width + index] += vector[index] }
        }
    }

    /// Masks the gradient by the dropout, in place, and adds to the vectors' gradient.
    public func backward(_ gradient: Tensor, _ pass: Pass) {
        dropout.apply(gradient, pass, team: context.team)
        guard let learned else { return }
        let rows = pass.rows(of: gradient)
        for n in 0..<rows.count {
            let source = gradient.pointer + rows[n].lowerBound * width
            for index in 0..<rows[n].count * width { learned.gradient.pointer[index] += source[index] }
        }
        context.parameters.finish(learned.range)
    }

    private var vectors: Tensor {
        if let learned { return learned.values }
        guard let table = table?.tensor else { preconditionFailure("positions without vectors") }
        if !isTableFilled {
            isTableFilled = true
            for position in 0..<length {
                for index in 0..<width {
                    let exponent = Double(index / 2 * 2) / Double(width)
                    let angle = Double(position) / pow(10000, exponent)
                    table[position * width + index] = Float(index % 2 == 0 ? sin(angle) : cos(angle))
                }
            }
        }
        return table
    }

    /// Elements of learned vectors.
    public var parameterCount: Int { learned?.shape.count ?? 0 }
}

/// Token vectors, scaled by √D. Shapes: R tokens → [R, D]. Vaswani et al. 2017, 3.4.
public final class Embedding {
    private let name: String
    private let weight: Parameter
    private let context: LayerContext
    private let output: Slot
    private let width: Int
    private var tokens: [Int] = []

    /// Vectors for `count` tokens, sequences of up to `length`.
    public init(_ name: String, count: Int, length: Int, width: Int, _ context: LayerContext) {
        weight = context.parameters.add(
            "\(name).weight", Shape(count, width), .embedding, .normal(1 / Float(width).squareRoot()))
        output = context.activation(length, width)
        (self.name, self.width, self.context) = (name, width, context)
    }

    /// y[r] = √D·E[tokens[r]] for the tokens of all sequences, one behind the other.
    public func forward(_ tokens: [Int]) -> Tensor {
        context.clock?.begin(name, .forward)
        defer { context.clock?.end() }
        self.tokens = tokens
        let all = output.tensor, result = all.reshaped(all.shape.rows, width).prefix(tokens.count)
        apply(tokens, into: result)
        return result
    }

    /// row r = √D·E[tokens[r]].
    public func apply(_ tokens: [Int], into rows: Tensor) {
        let factor = Float(width).squareRoot()
        let values = weight.values
        for (row, token) in tokens.enumerated() {
            precondition(token >= 0 && token < weight.shape[0], "\(name): token \(token) of \(weight.shape[0])")
            let (source, target) = (values.pointer + token * width, rows.pointer + row * width)
            for index in 0..<width { target[index] = source[index] * factor }
        }
    }

    /// E[token] += √D·gradient of its rows.
    public func backward(_ gradient: Tensor) {
        context.clock?.begin(name, .backward)
        defer { context.clock?.end() }
        let factor = Float(width).squareRoot()
        let sums = weight.gradient
        for (row, token) in tokens.enumerated() {
            let (source, target) = (gradient.pointer + row * width, sums.pointer + token * width)
            for index in 0..<width { target[index] += source[index] * factor }
        }
        context.parameters.finish(weight.range)
    }

    /// Its line in a model's description.
    public var summary: LayerSummary {
        LayerSummary(
            name: name, kind: "embedding of \(weight.shape[0]) tokens",
            output: Array(output.shape.array.dropFirst()), parameters: weight.shape.count, multiplyAdds: 0)
    }
}

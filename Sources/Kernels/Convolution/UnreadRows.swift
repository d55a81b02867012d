public import Tensors

/// The rows of a 1×1 convolution's output that nobody reads, all but every `step`-th one. They still count in the batch
/// normalisation behind it, which needs no more of them than sums, and makes their gradient an affine function of themselves:
/// neither takes the rows.
///
/// With n unread pixels u [C] of the input, their mean ū and S = Σ (u − ū)(u − ū)ᵗ, weights W [O, C] and outputs z = W·u:
///
/// - Σ z = n·Wū and Σ z² = diag(W·S·Wᵗ) + n·(Wū)²;
/// - for a gradient offset + factor·z of z: that of W is diag(factor)·W·S + n·e·ūᵗ, e = offset + factor·Wū, and that of u is
///   Wᵗdiag(factor)W·(u − ū) + Wᵗe.
public struct UnreadRows {
    /// What forward keeps of n pixels for backward.
    public struct Kept {
        let centred: Tensor, mean: Tensor, products: Tensor, outputMean: Tensor

        /// Room for u − ū [N, H′, W, C], ū [C], W·S [O, C] and Wū [O].
        public init(centred: Tensor, mean: Tensor, products: Tensor, outputMean: Tensor) {
            precondition(
                centred.shape.last == mean.count && products.count == mean.count * outputMean.count,
                "\(centred.shape), \(products.shape) of \(mean.count) channels to \(outputMean.count)")
            (self.centred, self.mean, self.products, self.outputMean) = (centred, mean, products, outputMean)
        }

        /// n.
        var count: Int { centred.shape.rows }
    }

    let step: Int
    let scratch: Scratch
    let team: WorkerTeam

    /// Those between every `step`-th row.
    public init(step: Int, scratch: Scratch, team: WorkerTeam) {
        precondition(step > 1, "every \(step)th row: none is unread")
        (self.step, self.scratch, self.team) = (step, scratch, team)
    }

    /// totals += [Σ z…, Σ z²…] over the unread rows of input ∗ weights, of which `kept` becomes what backward needs. Shapes: input
    /// [N, H, W, C], weights [O, C].
    public func addTotals(_ input: Tensor, weights: Tensor, keeping kept: Kept, to totals: ChannelTotals) {
        guard kept.count > 0 else { return }
        centre(input, into: kept)
        let (w, channels) = (weightMatrix(weights, kept), kept.mean.count)
        scratch.with(Shape(channels, channels)) { squares in
            multiply(
                Matrix(kept.centred).transposed, Operand(Matrix(kept.centred)), into: Matrix(squares), scratch: scratch,
                team: team)
            multiply(Operand(w), Operand(Matrix(squares)), into: Matrix(kept.products), scratch: scratch, team: team)
        }
        let (n, outputs) = (Double(kept.count), w.rows)
        team.ranges(outputs, grain: 16) { range in
            for o in range {
                let row = w.pointer + o * channels
                // As backward will read it.
                let mean = Double(Float(dot(row, kept.mean.pointer, channels)))
                kept.outputMean[o] = Float(mean)
                totals[o] += n * mean
                totals[outputs + o] += dot(row, kept.products.pointer + o * channels, channels) + n * mean * mean
            }
        }
    }

    /// Adds what the unread rows add to the weights' gradient, where theirs is offset + factor·z, and makes that of their input,
    /// rows without those between. Shapes: factor and offset [O], weightGradient [O, C], inputGradient [N, H′, W, C].
    public func addGradients(
        factor: Tensor, offset: Tensor, weights: Tensor, _ kept: Kept, to weightGradient: Tensor,
        into inputGradient: Tensor?
    ) {
        guard kept.count > 0 else { return }
        let (w, channels, n) = (weightMatrix(weights, kept), kept.mean.count, Float(kept.count))
        scratch.with(Shape(w.rows, channels), Shape(channels)) { scaled, bias in
            bias.fill(0)
            for o in 0..<w.rows {
                let (f, e) = (factor[o], offset[o] + factor[o] * kept.outputMean[o]), part = o * channels
                let gradient = weightGradient.pointer + part, row = w.pointer + part, target = scaled.pointer + part
                let (products, mean) = (kept.products.pointer + part, kept.mean.pointer)
                for c in 0..<channels {
                    gradient[c] += f * products[c] + n * e * mean[c]
                    target[c] = f * row[c]
                    bias.pointer[c] += e * row[c]
                }
            }
            guard let inputGradient else { return }
            scratch.with(Shape(channels, channels)) { squares in
                multiply(
                    Matrix(scaled).transposed, Operand(w), into: Matrix(squares), scratch: scratch, team: team)
                multiply(
                    Operand(Matrix(kept.centred)), Operand(Matrix(squares)), into: Matrix(inputGradient), bias: bias,
                    scratch: scratch, team: team)
            }
        }
    }

    /// W, whose rows are one picture's: it is no factor of one row a picture.
    private func weightMatrix(_ weights: Tensor, _ kept: Kept) -> Matrix {
        let (outputs, channels) = (kept.outputMean.count, kept.mean.count)
        precondition(weights.count == outputs * channels, "weights \(weights.shape) of \(channels) to \(outputs)")
        return Matrix(
            weights.pointer, rows: outputs, columns: channels, stride: channels, rowsPerPicture: outputs)
    }
}

/// Σ a·b of `count` floats, in double precision.
private func dot(_ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ count: Int) -> Double {
    var sum = Doubles.zero
    let whole = count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
        let x = UnsafeRawPointer(a + start).loadUnaligned(as: SIMD8<Float>.self)
        let y = UnsafeRawPointer(b + start).loadUnaligned(as: SIMD8<Float>.self)
        sum = Doubles(x).timesPlus(Doubles(y), sum)
    }
    var rest = sum.sum()
    for index in whole..<count { rest += Double(a[index]) * Double(b[index]) }
    return rest
}

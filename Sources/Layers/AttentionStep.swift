internal import Glibc
internal import Kernels
internal import Tensors

/// Decoding one position at a time: the keys and values of earlier positions are kept, not computed again.
extension MultiHeadAttention {
    /// Keys and values of `memory` [N, T, D] into [N, T, 2D].
    func projectMemory(_ memory: Tensor, into keysValues: Tensor) {
        let width = heads * headWidth
        projectRows(width..<3 * width, of: memory, into: keysValues)
    }

    /// Attention of one new position a row to itself and all before it. Shapes: x [R, D], past [R, L, 2D], result [R, D].
    func stepSelf(_ x: Tensor, position: Int, past: Tensor, into result: Tensor) {
        let (rows, width) = (x.shape[0], heads * headWidth)
        context.scratch.with(Shape(rows, 3 * width)) { projected in
            projectRows(0..<3 * width, of: x, into: projected)
            for row in 0..<rows {
                memcpy(
                    past.pointer + (row * past.shape[1] + position) * 2 * width,
                    projected.pointer + row * 3 * width + width, 2 * width * 4)
            }
            attend(
                projected.pointer, stride: 3 * width, rows: rows, keys: position + 1, past, { $0 }, result)
        }
    }

    /// Attention of one new position a row to its picture's memory. Shapes: x [R, D], memory [N, T, 2D].
    ///
    /// Writes the heads' probabilities to `probabilities` [R, h, T], where it is given.
    func stepMemory(
        _ x: Tensor, memory: Tensor, picture: (Int) -> Int, probabilities: Tensor? = nil, into result: Tensor
    ) {
        let (rows, width) = (x.shape[0], heads * headWidth)
        context.scratch.with(Shape(rows, width)) { projected in
            projectRows(0..<width, of: x, into: projected)
            attend(
                projected.pointer, stride: width, rows: rows, keys: memory.shape[1], memory, picture, result,
                probabilities: probabilities)
        }
    }

    /// result = W_o·concat(softmax(q·Kᵗ/√d)·V) + b_o, row r with the first `keys` positions of store `source(r)`.
    private func attend(
        _ queries: UnsafeMutablePointer<Float>, stride: Int, rows: Int, keys: Int, _ store: Tensor,
        _ source: (Int) -> Int, _ result: Tensor, probabilities: Tensor? = nil
    ) {
        let width = heads * headWidth
        let scale = 1 / Float(headWidth).squareRoot()
        context.scratch.with(Shape(rows, heads, keys), Shape(rows, width)) { scores, mixed in
            func one(_ tensor: Tensor, _ index: Int, _ count: Int) -> Matrix {
                Matrix(tensor.pointer + index * count, rows: 1, columns: count, stride: count)
            }
            func head(_ row: Int, _ head: Int, values: Bool) -> Matrix {
                Matrix(
                    store.pointer + source(row) * store.shape[1] * 2 * width + (values ? width : 0)
                        + head * headWidth, rows: keys, columns: headWidth, stride: 2 * width)
            }
            for row in 0..<rows {
                for h in 0..<heads {
                    let q = Matrix(
                        queries + row * stride + h * headWidth, rows: 1, columns: headWidth, stride: headWidth)
                    multiply(
                        q, head(row, h, values: false).transposed, into: one(scores, row * heads + h, keys),
                        scale: scale, team: .solo)
                }
            }
            Softmax.forward(scores, team: context.team)
            probabilities?.assign(scores)
            for row in 0..<rows {
                for h in 0..<heads {
                    multiply(
                        one(scores, row * heads + h, keys), head(row, h, values: true),
                        into: one(mixed, row * heads + h, headWidth), team: .solo)
                }
            }
            applyOutput(to: Matrix(mixed), into: Matrix(result))
        }
    }
}

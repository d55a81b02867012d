internal import COpenBLAS
public import Tensors

/// A row-major matrix inside a larger one: where it begins and how far apart its rows are.
@safe
public struct Matrix {
    /// The first element.
    public let pointer: UnsafeMutablePointer<Float>

    /// Number of rows and of columns.
    public let rows: Int, columns: Int

    /// Elements from one row's begin to the next one's.
    public let stride: Int

    /// How many rows at a time are one picture's: positions of a sequence.
    public let rowsPerPicture: Int

    /// A matrix from its parts.
    public init(
        _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int, rowsPerPicture: Int = 1
    ) {
        precondition(stride >= columns, "rows of \(columns) that are only \(stride) apart")
        (self.pointer, self.rows, self.columns, self.stride) = (pointer, rows, columns, stride)
        self.rowsPerPicture = rowsPerPicture
    }

    /// The tensor's rows of its innermost extent; its outermost one counts pictures.
    public init(_ tensor: Tensor) {
        let shape = tensor.shape
        self.init(
            tensor.pointer, rows: shape.rows, columns: shape.last, stride: shape.last,
            rowsPerPicture: max(1, shape.rows / max(1, shape[0])))
    }

    /// The transpose, as a mark for `multiply`: no element moves.
    public var transposed: Operand { Operand(matrix: self, isTransposed: true) }

    /// Columns `range` of all rows.
    public func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return Matrix(
            pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride, rowsPerPicture: rowsPerPicture
        )
    }

    /// Rows `range`.
    public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return Matrix(
            pointer + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }
}

/// A factor of a product: a matrix or its transpose.
public struct Operand {
    let matrix: Matrix
    let isTransposed: Bool

    var rows: Int { isTransposed ? matrix.columns : matrix.rows }
    var columns: Int { isTransposed ? matrix.rows : matrix.columns }

    func rows(_ range: Range<Int>) -> Operand {
        Operand(
            matrix: isTransposed ? matrix.columns(range) : matrix.rows(range), isTransposed: isTransposed)
    }

    func columns(_ range: Range<Int>) -> Operand {
        Operand(
            matrix: isTransposed ? matrix.rows(range) : matrix.columns(range), isTransposed: isTransposed)
    }
}

/// C = α·A·B, or C += α·A·B; the team shares C's rows or its columns, whichever are more.
///
/// Each thread runs OpenBLAS on its own slice: OpenBLAS's own threads lose on thin matrices.
public func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, adding: Bool = false, scale: Float = 1, team: WorkerTeam
) {
    precondition(
        a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
        "[\(a.rows), \(a.columns)] · [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    guard team.count > 1, c.rows * c.columns * a.columns > sharedFrom else {
        return multiplySlice(a, b, c, adding, scale)
    }
    if c.rows >= c.columns {
        team.ranges(c.rows, grain: 16) { multiplySlice(a.rows($0), b, c.rows($0), adding, scale) }
    } else {
        team.ranges(c.columns, grain: 16) { multiplySlice(a, b.columns($0), c.columns($0), adding, scale) }
    }
}

/// C = A·B for plain matrices.
public func multiply(
    _ a: Matrix, _ b: Matrix, into c: Matrix, adding: Bool = false, scale: Float = 1, team: WorkerTeam
) {
    multiply(Operand(a), Operand(b), into: c, adding: adding, scale: scale, team: team)
}

/// C = A·Bᵗ.
public func multiply(
    _ a: Matrix, _ b: Operand, into c: Matrix, adding: Bool = false, scale: Float = 1, team: WorkerTeam
) {
    multiply(Operand(a), b, into: c, adding: adding, scale: scale, team: team)
}

/// C = [max(0, ·)](A·B [+ C] [+ bias]), on register tiles or, for one row a picture, with B as it lies (`ThinProduct`).
///
/// `bias` is a value a column. Needs `scratch` for packed factors.
public func multiply(
    _ a: Operand, _ b: Operand, into c: Matrix, adding: Bool = false, bias: Tensor? = nil, rectified: Bool = false,
    scratch: Scratch, team: WorkerTeam
) {
    precondition(
        a.columns == b.rows && a.rows == c.rows && b.columns == c.columns,
        "[\(a.rows), \(a.columns)] · [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
    precondition(bias == nil || bias?.count == c.columns, "a bias of \(bias?.count ?? 0) for \(c.columns) columns")
    if !adding && ThinProduct.fits(a, b) {
        ThinProduct(scratch: scratch, team: team).multiply(
            a.matrix, b, into: c, bias: bias?.pointer, rectified: rectified)
    } else if !a.isTransposed {
        var output = TileOutput(base: c.pointer, stride: c.stride, columns: c.columns, adding: adding)
        output.bias = bias?.pointer
        output.rectified = rectified
        let rows = TileProduct.LeftRows(a.matrix).ofPictures(a.matrix.rowsPerPicture)
        TileProduct(scratch: scratch, team: team).multiply(rows, b, output)
    } else {
        precondition(!b.isTransposed && bias == nil && !rectified, "aᵗ·bᵗ, or aᵗ·b with a bias: no layer needs it")
        let product = TransposedProduct(scratch: scratch, team: team)
        if b.rows <= TransposedProduct.chunkRows {
            product.multiplyShallow(a.matrix, b.matrix, into: c, adding: adding)
        } else {
            product.multiply(a.matrix, TileProduct.LeftRows(b.matrix), into: c, adding: adding)
        }
    }
}

extension Operand {
    /// A matrix as it lies.
    public init(_ matrix: Matrix) { self.init(matrix: matrix, isTransposed: false) }
}

/// Multiply-adds below which a second thread costs more than it brings: about 10 µs of work.
private let sharedFrom = 1 << 19

/// OpenBLAS is told once that every call runs on its caller's thread alone.
private let oneThreadPerCall: Void = openblas_set_num_threads(1)

private func multiplySlice(_ a: Operand, _ b: Operand, _ c: Matrix, _ adding: Bool, _ scale: Float) {
    _ = oneThreadPerCall
    guard c.rows > 0, c.columns > 0 else { return }
    cblas_sgemm(
        CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
        blasint(c.rows), blasint(c.columns), blasint(a.columns), scale, a.matrix.pointer,
        blasint(a.matrix.stride), b.matrix.pointer, blasint(b.matrix.stride), adding ? 1 : 0, c.pointer,
        blasint(c.stride))
}

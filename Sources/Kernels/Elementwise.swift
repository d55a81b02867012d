internal import CSystem
public import Tensors

/// Elements below which a loop over memory stays on one thread: about 5 µs of work.
let sharedElements = 1 << 14

extension WorkerTeam {
    /// Runs `body` on ranges of 0 ..< `count`; one range where the loop is short. Cuts fall on whole registers.
    @inline(__always)
    func elements(_ count: Int, _ body: (Range<Int>) -> Void) {
        if count < sharedElements { body(0..<count) } else { ranges(count, grain: 64, body) }
    }

    /// Runs `body` for each of `count` rows of `width` elements; one thread where there is little to do.
    public func elements(_ count: Int, each width: Int, _ body: (Int) -> Void) {
        shareRows(count, width, self, body)
    }
}

/// tensor = 0.
public func clear(_ tensor: Tensor, team: WorkerTeam) {
    team.elements(tensor.count) { (tensor.pointer + $0.lowerBound).update(repeating: 0, count: $0.count) }
}

/// sum += term, element by element.
public func add(_ term: Tensor, to sum: Tensor, team: WorkerTeam) {
    precondition(term.count == sum.count, "\(term.shape) added to \(sum.shape)")
    let (a, b) = (sum.pointer, term.pointer)
    team.elements(sum.count) { for index in $0 { a[index] += b[index] } }
}

/// sum = a + b, element by element.
public func add(_ a: Tensor, _ b: Tensor, into sum: Tensor, team: WorkerTeam) {
    precondition(a.count == sum.count && b.count == sum.count, "\(a.shape) + \(b.shape) into \(sum.shape)")
    let (x, y, z) = (a.pointer, b.pointer, sum.pointer)
    team.elements(sum.count) { for index in $0 { z[index] = x[index] + y[index] } }
}

/// tensor = tensor · factor.
public func scale(_ tensor: Tensor, by factor: Float, team: WorkerTeam) {
    let x = tensor.pointer
    team.elements(tensor.count) { for index in $0 { x[index] *= factor } }
}

/// tensor = max(tensor, 0).
public func rectify(_ tensor: Tensor, team: WorkerTeam) {
    let x = tensor.pointer
    team.elements(tensor.count) { for index in $0 { x[index] = x[index] > 0 ? x[index] : 0 } }
}

/// gradient = 0 where the rectified output is 0, else gradient · factor.
///
/// With a factor of 1/(1 − p) it undoes a rectifier and the dropout behind it in one pass.
public func maskByOutput(_ gradient: Tensor, output: Tensor, factor: Float = 1, team: WorkerTeam) {
    precondition(gradient.count == output.count, "\(gradient.shape) masked by \(output.shape)")
    let (g, y) = (gradient.pointer, output.pointer)
    team.elements(gradient.count) { for index in $0 { g[index] = y[index] != 0 ? g[index] * factor : 0 } }
}

/// Each row of `rows` [R, C] becomes `row` [C].
public func fillRows(_ rows: Matrix, with row: Tensor, team: WorkerTeam) {
    precondition(row.count == rows.columns, "a row of \(row.count) into rows of \(rows.columns)")
    let body = { (range: Range<Int>) in
        for index in range { (rows.pointer + index * rows.stride).update(from: row.pointer, count: rows.columns) }
    }
    if rows.rows * rows.columns < sharedElements { body(0..<rows.rows) } else { team.ranges(rows.rows, body) }
}

/// sums[c] += Σ over the rows of `rows` [R, C]: the gradient of a bias. Threads share the columns.
public func addColumnSums(_ rows: Matrix, to sums: Tensor, team: WorkerTeam) {
    precondition(sums.count == rows.columns, "column sums of \(rows.columns) into \(sums.count)")
    let body = { (range: Range<Int>) in
        let total = sums.pointer
        for row in 0..<rows.rows {
            let line = rows.pointer + row * rows.stride
            for column in range { total[column] += line[column] }
        }
    }
    if rows.rows * rows.columns < sharedElements {
        body(0..<rows.columns)
    } else {
        team.ranges(rows.columns, grain: 16, body)
    }
}

/// Σ x² in double precision, in a fixed order whatever the number of threads.
public func sumOfSquares(_ tensor: Tensor, team: WorkerTeam) -> Double {
    partialSumsOfSquares(tensor, team: team).reduce(0, +)
}

/// Floats of each partial sum of squares.
public let squaresBlock = 1 << 14

/// The sums of squares of each `squaresBlock` elements: parts of a tensor, cut between them, have those of the whole.
public func partialSumsOfSquares(_ tensor: Tensor, team: WorkerTeam) -> [Double] {
    let blocks = (tensor.count + squaresBlock - 1) / squaresBlock
    var partial = [Double](repeating: 0, count: blocks)
    partial.withUnsafeMutableBufferPointer { partial in
        nonisolated(unsafe) let partial = partial
        team.ranges(blocks) { range in
            for index in range {
                let low = index * squaresBlock, high = min(tensor.count, low + squaresBlock)
                partial[index] = squares(tensor.pointer, low..<high)
            }
        }
    }
    return partial
}

private func squares(_ x: UnsafeMutablePointer<Float>, _ range: Range<Int>) -> Double {
    var sum = 0.0
    var index = range.lowerBound
    while index < range.upperBound {
        var lanes = Lanes.zero
        let end = index + laneEnd(min(1024, range.upperBound - index))
        if end == index { break }
        while index < end {
            let value = x[lanes: index]
            lanes = value.timesPlus(value, lanes)
            index += Lanes.scalarCount
        }
        sum += Double(lanes.sum())
    }
    while index < range.upperBound {
        sum += Double(x[index]) * Double(x[index])
        index += 1
    }
    return sum
}

public import Tensors

/// Every `step`-th row of maps, the first one among them, apart from the others.
///
/// Shapes: map [N, H, W, C], taken rows [N, ⌈H / step⌉, W, C], the others [N, H − ⌈H / step⌉, W, C].
public enum RowSampling {
    /// Rows that are taken of `height`.
    public static func extent(_ height: Int, step: Int) -> Int { (height + step - 1) / step }

    /// Where in a map its row number `index` of those that are not taken lies.
    static func otherRow(_ index: Int, step: Int) -> Int { index / (step - 1) * step + 1 + index % (step - 1) }

    /// rows[n, i] = map[n, step·i].
    public static func forward(_ map: Tensor, step: Int, into rows: Tensor, team: WorkerTeam) {
        let (height, taken, line) = extents(map, rows, step)
        team.ranges(map.shape[0] * taken) { range in
            for row in range {
                let (picture, y) = row.quotientAndRemainder(dividingBy: taken)
                let source = map.pointer + (picture * height + step * y) * line
                (rows.pointer + row * line).update(from: source, count: line)
            }
        }
    }

    /// mapGradient[n, step·i] = rowGradient[n, i], and 0 where no row was taken.
    public static func backward(_ rowGradient: Tensor, step: Int, into mapGradient: Tensor, team: WorkerTeam) {
        join(rowGradient, nil, step: step, into: mapGradient, adding: false, team: team)
    }

    /// map = `rows` and `others`, each row where it was taken from, or += where `adding`. Others that are missing are zero.
    public static func join(
        _ rows: Tensor, _ others: Tensor?, step: Int, into map: Tensor, adding: Bool, team: WorkerTeam
    ) {
        let (height, taken, line) = extents(map, rows, step)
        precondition(
            others.map { $0.count == map.count - rows.count } ?? true, "\(map.shape) of \(rows.shape) and others")
        team.ranges(map.shape[0] * height) { range in
            for row in range {
                let (picture, y) = row.quotientAndRemainder(dividingBy: height)
                let target = map.pointer + row * line, (number, rest) = y.quotientAndRemainder(dividingBy: step)
                var source = rows.pointer + (picture * taken + number) * line
                if rest > 0 {
                    guard let others else {
                        if !adding { target.update(repeating: 0, count: line) }
                        continue
                    }
                    source = others.pointer + (picture * (height - taken) + number * (step - 1) + rest - 1) * line
                }
                if adding {
                    for index in 0..<line { target[index] += source[index] }
                } else {
                    target.update(from: source, count: line)
                }
            }
        }
    }

    private static func extents(_ map: Tensor, _ rows: Tensor, _ step: Int) -> (height: Int, taken: Int, line: Int) {
        let (height, line) = (map.shape[1], map.shape[2] * map.shape[3])
        let taken = extent(height, step: step)
        precondition(
            rows.shape == Shape(map.shape[0], taken, map.shape[2], map.shape[3]),
            "every row number \(step)·i of \(map.shape) in \(rows.shape)")
        return (height, taken, line)
    }
}

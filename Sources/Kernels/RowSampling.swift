public import Tensors

/// Every `step`-th row of maps, the first one among them: what 1×1 convolutions with a stride see of their input.
///
/// Shapes: map [N, H, W, C], rows [N, ⌈H / step⌉, W, C].
public enum RowSampling {
    /// Rows that are taken of `height`.
    public static func extent(_ height: Int, step: Int) -> Int { (height + step - 1) / step }

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
        let (height, taken, line) = extents(mapGradient, rowGradient, step)
        team.ranges(mapGradient.shape[0] * height) { range in
            for row in range {
                let (picture, y) = row.quotientAndRemainder(dividingBy: height)
                let target = mapGradient.pointer + row * line
                if y % step == 0 {
                    let source = rowGradient.pointer + (picture * taken + y / step) * line
                    target.update(from: source, count: line)
                } else {
                    target.update(repeating: 0, count: line)
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

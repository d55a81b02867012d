public import Tensors

/// Max pooling 3×3, stride 2, padding 1 on NHWC maps: the stem's.
public enum MaxPooling {
    /// ⌈extent / 2⌉.
    public static func outputExtent(_ extent: Int) -> Int { (extent - 1) / 2 + 1 }

    /// output[n, y, x, c] = max over the window; `winner` keeps which of the nine it was, the first of equals.
    public static func forward(
        _ input: Tensor, into output: Tensor, winner: UnsafeMutablePointer<UInt8>, team: WorkerTeam
    ) {
        let shape = input.shape
        let (height, width, channels) = (shape[1], shape[2], shape[3])
        let (rows, columns) = (output.shape[1], output.shape[2])
        let end = laneEnd(channels)
        team.ranges(shape[0] * rows) { range in
            for line in range {
                let (picture, y) = line.quotientAndRemainder(dividingBy: rows)
                let map = input.pointer + picture * height * width * channels
                for x in 0..<columns {
                    let place = (line * columns + x) * channels
                    let window = Window(y, x, height: height, width: width)
                    for c in stride(from: 0, to: end, by: Lanes.scalarCount) {
                        let (value, index) = window.largest(map + c, channels)
                        output.pointer[lanes: place + c] = value
                        let bytes = LanesByte(truncatingIfNeeded: index)
                        UnsafeMutableRawPointer(winner + place + c).storeBytes(of: bytes, as: LanesByte.self)
                    }
                    for c in end..<channels {
                        (output.pointer[place + c], winner[place + c]) = window.largestElement(map + c, channels)
                    }
                }
            }
        }
    }

    /// inputGradient = each output's gradient at its winner's place, 0 elsewhere.
    public static func backward(
        _ outputGradient: Tensor, winner: UnsafeMutablePointer<UInt8>, into inputGradient: Tensor,
        team: WorkerTeam
    ) {
        let shape = inputGradient.shape
        let (height, width, channels) = (shape[1], shape[2], shape[3])
        let (rows, columns) = (outputGradient.shape[1], outputGradient.shape[2])
        clear(inputGradient, team: team)
        team.ranges(shape[0]) { pictures in
            for picture in pictures {
                let map = inputGradient.pointer + picture * height * width * channels
                for pixel in 0..<rows * columns {
                    let (y, x) = pixel.quotientAndRemainder(dividingBy: columns)
                    let place = (picture * rows * columns + pixel) * channels
                    let (gradient, index) = (outputGradient.pointer + place, winner + place)
                    for c in 0..<channels {
                        let (row, column) = (2 * y - 1 + Int(index[c]) / 3, 2 * x - 1 + Int(index[c]) % 3)
                        map[(row * width + column) * channels + c] += gradient[c]
                    }
                }
            }
        }
    }
}

/// The part of a 3×3 window that lies inside a map.
private struct Window {
    private let rows: Range<Int>, columns: Range<Int>
    private let top: Int, left: Int, width: Int

    /// The window around output (`y`, `x`).
    init(_ y: Int, _ x: Int, height: Int, width: Int) {
        (top, left, self.width) = (2 * y - 1, 2 * x - 1, width)
        rows = max(0, top)..<min(height, top + 3)
        columns = max(0, left)..<min(width, left + 3)
    }

    /// The largest elements of a register's worth of `map`'s channels, and which of the nine places they have.
    @inline(__always)
    func largest(_ map: UnsafeMutablePointer<Float>, _ channels: Int) -> (Lanes, LanesInt) {
        var value = map[lanes: offset(rows.lowerBound, columns.lowerBound, channels)]
        var index = LanesInt(repeating: Int32(place(rows.lowerBound, columns.lowerBound)))
        for row in rows {
            for column in columns {
                let candidate = map[lanes: offset(row, column, channels)]
                let isLarger = candidate .> value
                value.replace(with: candidate, where: isLarger)
                index.replace(with: LanesInt(repeating: Int32(place(row, column))), where: isLarger)
            }
        }
        return (value, index)
    }

    /// The same of a single channel.
    func largestElement(_ map: UnsafeMutablePointer<Float>, _ channels: Int) -> (Float, UInt8) {
        var value = map[offset(rows.lowerBound, columns.lowerBound, channels)]
        var index = place(rows.lowerBound, columns.lowerBound)
        for row in rows {
            for column in columns where map[offset(row, column, channels)] > value {
                (value, index) = (map[offset(row, column, channels)], place(row, column))
            }
        }
        return (value, UInt8(index))
    }

    private func offset(_ row: Int, _ column: Int, _ channels: Int) -> Int { (row &* width &+ column) &* channels }

    private func place(_ row: Int, _ column: Int) -> Int { 3 &* (row &- top) &+ column &- left }
}

/// Pooling of a map's columns over its height: [N, H, W, C] → [N, W, C].
public enum ColumnPooling {
    /// columns = mean over the rows.
    public static func meanForward(_ map: Tensor, into columns: Tensor, team: WorkerTeam) {
        let (height, line) = (map.shape[1], map.shape[2] * map.shape[3])
        let share = 1 / Float(height)
        team.ranges(map.shape[0]) { pictures in
            for picture in pictures {
                let target = columns.pointer + picture * line
                let source = map.pointer + picture * height * line
                for index in 0..<line { target[index] = source[index] * share }
                for row in 1..<max(height, 1) {
                    let below = source + row * line
                    for index in 0..<line { target[index] += below[index] * share }
                }
            }
        }
    }

    /// Each row's gradient is the column's, divided by the height.
    public static func meanBackward(_ gradient: Tensor, into mapGradient: Tensor, team: WorkerTeam) {
        let (height, line) = (mapGradient.shape[1], mapGradient.shape[2] * mapGradient.shape[3])
        let share = 1 / Float(height)
        team.ranges(mapGradient.shape[0] * height) { lines in
            for row in lines {
                let source = gradient.pointer + row / height * line
                let target = mapGradient.pointer + row * line
                for index in 0..<line { target[index] = source[index] * share }
            }
        }
    }

    /// columns = maximum over the rows.
    public static func maxForward(_ map: Tensor, into columns: Tensor, team: WorkerTeam) {
        let (height, line) = (map.shape[1], map.shape[2] * map.shape[3])
        team.ranges(map.shape[0]) { pictures in
            for picture in pictures {
                let target = columns.pointer + picture * line
                let source = map.pointer + picture * height * line
                target.update(from: source, count: line)
                for row in 1..<max(height, 1) {
                    let below = source + row * line
                    for index in 0..<line {
                        target[index] = below[index] > target[index] ? below[index] : target[index]
                    }
                }
            }
        }
    }

    /// The gradient goes to the first row that holds the maximum; to the last one where that is no number.
    public static func maxBackward(
        _ gradient: Tensor, map: Tensor, columns: Tensor, into mapGradient: Tensor, team: WorkerTeam
    ) {
        let (height, line) = (map.shape[1], map.shape[2] * map.shape[3])
        clear(mapGradient, team: team)
        team.ranges(map.shape[0]) { pictures in
            for picture in pictures {
                let base = picture * height * line
                for index in 0..<line {
                    let largest = columns.pointer[picture * line + index]
                    var place = base + index
                    while place < base + (height - 1) * line && map.pointer[place] != largest { place += line }
                    mapGradient.pointer[place] = gradient.pointer[picture * line + index]
                }
            }
        }
    }
}

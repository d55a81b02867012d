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
        team.ranges(shape[0] * rows) { range in
            for line in range {
                let (picture, y) = line.quotientAndRemainder(dividingBy: rows)
                for x in 0..<columns {
                    let target = output.pointer + (line * columns + x) * channels
                    let index = winner + (line * columns + x) * channels
                    var isFirst = true
                    for place in 0..<9 {
                        let (row, column) = (2 * y - 1 + place / 3, 2 * x - 1 + place % 3)
                        guard row >= 0, row < height, column >= 0, column < width else { continue }
                        let source =
                            input.pointer + ((picture * height + row) * width + column) * channels
                        if isFirst {
                            target.update(from: source, count: channels)
                            index.update(repeating: UInt8(place), count: channels)
                            isFirst = false
                        } else {
                            for c in 0..<channels {
                                let better = source[c] > target[c]
                                target[c] = better ? source[c] : target[c]
                                index[c] = better ? UInt8(place) : index[c]
                            }
                        }
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
                    for index in 0..<line { target[index] += source[row * line + index] * share }
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
                    for index in 0..<line {
                        let value = source[row * line + index]
                        target[index] = value > target[index] ? value : target[index]
                    }
                }
            }
        }
    }

    /// The gradient goes to the first row that holds the maximum.
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
                    while map.pointer[place] != largest { place += line }
                    mapGradient.pointer[place] = gradient.pointer[picture * line + index]
                }
            }
        }
    }
}

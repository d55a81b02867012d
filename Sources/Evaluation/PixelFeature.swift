internal import PersonData
internal import Tensors

/// The baseline that a re-identification figure must beat to mean anything: the picture itself, 16×8 pixels.
enum PixelFeature {
    static let rows = 16, columns = 8
    static let width = rows * columns * 3

    /// Means of the pixels of each cell, written to `row`.
    static func compute(_ data: PreparedFileReader, _ index: Int, into row: Tensor) {
        let pixels = data.pixels(of: index)
        for y in 0..<rows {
            for x in 0..<columns {
                let lines = data.height * y / rows..<data.height * (y + 1) / rows
                let places = data.width * x / columns..<data.width * (x + 1) / columns
                for channel in 0..<3 {
                    var sum = 0
                    for line in lines {
                        for place in places { sum += Int(pixels[(line * data.width + place) * 3 + channel]) }
                    }
                    row[(y * columns + x) * 3 + channel] = Float(sum) / Float(max(1, lines.count * places.count))
                }
            }
        }
    }
}

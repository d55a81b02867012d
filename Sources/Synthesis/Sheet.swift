public import Images

/// Pictures side by side, for people to look at.
public enum Sheet {
    /// Lays pictures of one size out row by row, `columns` in a row; missing ones at the end stay black.
    public static func grid(_ pictures: [Picture], columns: Int) -> Picture {
        precondition(columns > 0 && !pictures.isEmpty, "\(pictures.count) pictures in \(columns) columns")
        let height = pictures[0].height
        let width = pictures[0].width
        let rows = (pictures.count + columns - 1) / columns
        var sheet = Picture(height: rows * height, width: columns * width)
        for (index, picture) in pictures.enumerated() {
            precondition(
                picture.height == height && picture.width == width,
                "\(picture.height)×\(picture.width) on a sheet of \(height)×\(width)")
            for row in 0..<height {
                let target = ((index / columns * height + row) * columns + index % columns) * width * 3
                sheet.pixels.replaceSubrange(
                    target..<(target + width * 3),
                    with: picture.pixels[(row * width * 3)..<((row + 1) * width * 3)])
            }
        }
        return sheet
    }
}

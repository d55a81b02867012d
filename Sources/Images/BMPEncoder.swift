/// Writes pictures as Windows bitmaps: 24 bits a pixel, bottom-up, uncompressed.
public enum BMPEncoder {
    /// The bytes of a file.
    public static func encode(_ picture: Picture) -> [UInt8] {
        let rowLength = (picture.width * 3 + 3) / 4 * 4
        let size = 54 + rowLength * picture.height
        var bytes = [UInt8](repeating: 0, count: size)
        func put(_ number: Int, at place: Int) {
            for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
        }
        (bytes[0], bytes[1]) = (0x42, 0x4D)
        for (place, number) in [
            (2, size), (10, 54), (14, 40), (18, picture.width), (22, picture.height), (26, 1 | 24 << 16),
            (34, size - 54),
        ] { put(number, at: place) }
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                for channel in 0..<3 {
                    bytes[54 + (picture.height - 1 - y) * rowLength + 3 * x + channel] =
                        picture.pixels[(y * picture.width + x) * 3 + 2 - channel]
                }
            }
        }
        return bytes
    }
}

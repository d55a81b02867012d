/// From bytes to what the network wants: (byte / 255 − mean) / deviation for each of red, green, blue.
///
/// Mean and deviation are ImageNet's (Krizhevsky et al. 2012, in the numbers of torchvision).
public struct PixelNormalisation: Sendable {
    /// Of red, green and blue, on a scale of 0 to 1.
    public static let mean: [Float] = [0.485, 0.456, 0.406]

    /// Of red, green and blue, on a scale of 0 to 1.
    public static let deviation: [Float] = [0.229, 0.224, 0.225]

    /// 256 rows of three: what each byte becomes.
    private let values: [Float]

    /// The table of what each byte becomes.
    public init() {
        values = (0..<256).flatMap { byte in
            (0..<3).map { (Float(byte) / 255 - Self.mean[$0]) / Self.deviation[$0] }
        }
    }

    /// Normalises a picture, mirrored left to right where `flipped`.
    ///
    /// Shapes: `pixels` and `output` [H, W, 3].
    public func apply(
        _ pixels: UnsafePointer<UInt8>, height: Int, width: Int, flipped: Bool,
        into output: UnsafeMutablePointer<Float>
    ) {
        values.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            for row in 0..<height {
                let source = pixels + row * width * 3
                var target = output + row * width * 3 + (flipped ? (width - 1) * 3 : 0)
                let step = flipped ? -3 : 3
                for column in 0..<width {
                    let pixel = source + column * 3
                    target[0] = table[Int(pixel[0]) * 3]
                    target[1] = table[Int(pixel[1]) * 3 + 1]
                    target[2] = table[Int(pixel[2]) * 3 + 2]
                    target += step
                }
            }
        }
    }
}

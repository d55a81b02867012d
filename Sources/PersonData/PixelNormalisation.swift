/// From bytes to what the network wants: (byte / scale − mean) / deviation for each channel of a convention.
public struct PixelNormalisation: Sendable {
    /// 256 rows of three: what each byte becomes, by the channel of the output.
    private let values: [Float]

    /// The channel of a picture that output channel 0, and 2, is made of.
    private let first: Int, last: Int

    /// The table of what each byte becomes; throws nothing, so the convention must be a sound one.
    public init(_ convention: PixelConvention = PixelConvention()) {
        precondition(convention.problem == nil, convention.problem ?? "")
        let (mean, deviation) = (convention.mean.map { Float($0) }, convention.deviation.map { Float($0) })
        let scale = Float(convention.scale)
        values = (0..<256).flatMap { byte in
            (0..<3).map { (Float(byte) / scale - mean[$0]) / deviation[$0] }
        }
        (first, last) = convention.order == .rgb ? (0, 2) : (2, 0)
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
                    target[0] = table[Int(pixel[first]) * 3]
                    target[1] = table[Int(pixel[1]) * 3 + 1]
                    target[2] = table[Int(pixel[last]) * 3 + 2]
                    target += step
                }
            }
        }
    }
}

internal import CTurboJPEG

/// Writes pictures as JPEG.
public enum JPEGEncoder {
    /// A baseline JPEG with 4:2:0 chroma and the accurate DCT.
    ///
    /// - Parameters:
    ///   - picture: what is written.
    ///   - quality: 1 (worst) … 100.
    /// - Returns: the bytes of the file.
    public static func encode(_ picture: Picture, quality: Int) throws(ImageError) -> [UInt8] {
        precondition((1...100).contains(quality), "JPEG quality \(quality), expected 1…100")
        guard let turbo = tjInitCompress() else {
            throw ImageError(name: "JPEG", reason: "no memory to encode")
        }
        defer { tjDestroy(turbo) }
        let (width, height) = (Int32(picture.width), Int32(picture.height))
        let subsampling = Int32(TJSAMP_420.rawValue)
        var length = tjBufSize(width, height, subsampling)
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { room, filled in
            var target = room.baseAddress
            code = tjCompress2(
                turbo, picture.pixels, width, 0, height, Int32(TJPF_RGB.rawValue), &target, &length,
                subsampling,
                Int32(quality), TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT)
            filled = code == 0 ? Int(length) : 0
        }
        if code != 0 { throw ImageError(name: "JPEG", reason: String(cString: tjGetErrorStr2(turbo))) }
        return bytes
    }
}

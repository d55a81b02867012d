internal import CTurboJPEG

/// Writes pictures as JPEG with libjpeg-turbo.
public enum JPEGEncoder {
    /// The bytes of a JPEG file of `picture`, 4:2:0, at `quality` 1…100.
    ///
    /// The accurate integer transform is asked for: its result doesn't depend on the CPU.
    ///
    /// - Throws: `ImageError` with the library's own words.
    public static func encode(_ picture: Picture, quality: Int) throws(ImageError) -> [UInt8] {
        guard let handle = tjInitCompress() else { throw ImageError("JPEG encoder: could not be set up") }
        defer { tjDestroy(handle) }
        var buffer: UnsafeMutablePointer<UInt8>?
        var size: UInt = 0
        defer { tjFree(buffer) }
        let code = picture.pixels.withUnsafeBufferPointer { pixels in
            tjCompress2(
                handle, pixels.baseAddress, Int32(picture.width), 0, Int32(picture.height),
                Int32(TJPF_RGB.rawValue),
                &buffer, &size, Int32(TJSAMP_420.rawValue), Int32(quality), TJFLAG_ACCURATEDCT)
        }
        guard code == 0, let buffer else {
            throw ImageError(
                "JPEG encoder: \(picture.height)×\(picture.width) at quality \(quality): "
                    + String(cString: tjGetErrorStr2(handle)))
        }
        return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
    }
}

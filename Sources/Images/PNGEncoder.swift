internal import CSPNG
internal import Glibc

/// Writes pictures as PNG: without loss.
public enum PNGEncoder {
    /// An 8-bit RGB PNG.
    ///
    /// - Returns: the bytes of the file.
    public static func encode(_ picture: Picture) throws(ImageError) -> [UInt8] {
        func check(_ code: Int32) throws(ImageError) {
            if code != 0 {
                throw ImageError(
                    name: "PNG", reason: "cannot encode: \(String(cString: spng_strerror(code)))")
            }
        }
        guard let context = spng_ctx_new(Int32(SPNG_CTX_ENCODER.rawValue)) else {
            throw ImageError(name: "PNG", reason: "no memory to encode")
        }
        defer { spng_ctx_free(context) }
        try check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
        var header = spng_ihdr()
        header.width = UInt32(picture.width)
        header.height = UInt32(picture.height)
        header.bit_depth = 8
        header.color_type = UInt8(SPNG_COLOR_TYPE_TRUECOLOR.rawValue)
        try check(spng_set_ihdr(context, &header))
        try check(
            spng_encode_image(
                context, picture.pixels, picture.pixels.count, Int32(SPNG_FMT_PNG.rawValue),
                Int32(SPNG_ENCODE_FINALIZE.rawValue)))
        var (length, code) = (0, Int32(0))
        guard let bytes = spng_get_png_buffer(context, &length, &code) else {
            try check(code)
            return []
        }
        defer { free(bytes) }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: length))
    }
}

internal import CSPNG

extension PictureDecoder {
    /// A PNG of any colour type, depth and interlacing.
    ///
    /// Of 16 bits the upper 8 are taken; grey becomes three equal channels; transparency is dropped, not
    /// blended (what lies behind a transparent pixel is shown), as Pillow's `convert("RGB")` does.
    func decodePNG(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> PictureSize {
        guard let context = spng_ctx_new(0) else {
            throw ImageError(name: name, reason: "no memory for a PNG")
        }
        defer { spng_ctx_free(context) }
        func check(_ code: Int32) throws(ImageError) {
            if code != 0 {
                throw ImageError(name: name, reason: "bad PNG: \(String(cString: spng_strerror(code)))")
            }
        }
        try check(
            spng_set_crc_action(context, Int32(SPNG_CRC_ERROR.rawValue), Int32(SPNG_CRC_DISCARD.rawValue)))
        // Chunks other than the pixels are of no use here: 64 MB is plenty, and stops a bomb of compressed
        // text.
        try check(spng_set_chunk_limits(context, 64 << 20, 64 << 20))
        try check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
        var header = spng_ihdr()
        try check(spng_get_ihdr(context, &header))
        let size = try PictureSize(claimedBy: name, height: Int(header.height), width: Int(header.width))
        let pixels = room.take(size.byteCount)
        try check(
            spng_decode_image(context, pixels.baseAddress, pixels.count, Int32(SPNG_FMT_RGB8.rawValue), 0))
        // Reads on to the end mark: a file that was cut off behind its pixels is damaged too.
        try check(spng_decode_chunks(context))
        return size
    }
}

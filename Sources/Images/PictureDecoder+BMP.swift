extension PictureDecoder {
    /// A Windows bitmap, uncompressed: 1, 4 or 8 bits with a palette, 24 or 32 bits; bottom-up or top-down.
    ///
    /// Refused with their name: run-length compression, 16 bits, bit masks other than those of plain 32
    /// bits, and the twelve-byte header of OS/2. The fourth byte of 32 bits is dropped. libjpeg-turbo's own
    /// reader takes files only, and fewer kinds.
    func decodeBMP(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> PictureSize {
        func bad(_ reason: String) -> ImageError { ImageError(name: name, reason: "bad BMP: \(reason)") }
        func word(_ offset: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        guard bytes.count >= 54 else { throw bad("\(bytes.count) bytes, its headers alone are 54") }
        let headerLength = word(14)
        guard headerLength >= 40, 14 + headerLength <= bytes.count else {
            throw bad("a header of \(headerLength) bytes, expected 40 or more")
        }
        let signedHeight = Int(Int32(truncatingIfNeeded: word(22)))
        let size = try PictureSize(
            claimedBy: name, height: abs(signedHeight), width: Int(Int32(truncatingIfNeeded: word(18))))
        let bits = word(28) & 0xFFFF
        let compression = word(30)
        let isPlainMask =
            compression == 3 && bits == 32 && bytes.count >= 66
            && word(54) == 0xFF0000 && word(58) == 0xFF00 && word(62) == 0xFF
        guard compression == 0 || isPlainMask else {
            throw bad("compression \(compression), expected 0 (none)")
        }
        guard [1, 4, 8, 24, 32].contains(bits) else {
            throw bad("\(bits) bits a pixel, expected 1, 4, 8, 24 or 32")
        }
        let rowLength = (size.width * bits + 31) / 32 * 4
        let start = word(10)
        guard start >= 14 + headerLength, start + rowLength * size.height <= bytes.count else {
            throw bad(
                "\(bytes.count) bytes, but \(size) pixels of \(bits) bits from byte \(start) on need "
                    + "\(start + rowLength * size.height)")
        }
        let palette = UnsafeRawBufferPointer(rebasing: bytes[(14 + headerLength)..<start])
        let pixels = room.take(size.byteCount)
        for y in 0..<size.height {
            let stored = signedHeight < 0 ? y : size.height - 1 - y
            let row = UnsafeRawBufferPointer(
                rebasing: bytes[(start + stored * rowLength)...].prefix(rowLength))
            for x in 0..<size.width {
                let target = (y * size.width + x) * 3
                if bits >= 24 {
                    for channel in 0..<3 { pixels[target + channel] = row[x * bits / 8 + 2 - channel] }
                } else {
                    let entry = Int(row[x * bits / 8]) >> (8 - bits - x * bits % 8) & (1 << bits - 1)
                    guard 4 * entry + 3 < palette.count else {
                        throw bad("colour \(entry) of a palette of \(palette.count / 4)")
                    }
                    for channel in 0..<3 { pixels[target + channel] = palette[4 * entry + 2 - channel] }
                }
            }
        }
        return size
    }
}

internal import CTurboJPEG

extension PictureDecoder {
    /// A baseline or progressive JPEG: RGB, YCbCr, grey, CMYK or YCCK of 8 bits.
    ///
    /// The accurate inverse DCT and smooth chroma upsampling. libjpeg-turbo fills a truncated file up with
    /// grey and warns; here a warning is an error. More than 500 scans (a way to keep a decoder busy for
    /// hours) are one too.
    func decodeJPEG(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> Picture {
        let base = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let length = UInt(bytes.count)
        var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        if tjDecompressHeader3(turbo, base, length, &width, &height, &subsampling, &space) != 0 {
            throw jpegError(name)
        }
        let size = try PictureSize(claimedBy: name, height: Int(height), width: Int(width))
        let isInk = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        let format = Int32((isInk ? TJPF_CMYK : TJPF_RGB).rawValue)
        let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        var code: Int32 = 0
        let count = size.height * size.width * (isInk ? 4 : 3)
        let samples = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            code = tjDecompress2(turbo, base, length, room.baseAddress, width, 0, height, format, flags)
            filled = code == 0 ? count : 0
        }
        if code != 0 { throw jpegError(name) }
        return Picture(
            height: size.height, width: size.width,
            pixels: isInk ? Self.redGreenBlue(ofInk: samples) : samples)
    }

    /// The library's words for what was wrong. Its state is then of no more use: the header of the next, good file
    /// could come out as 0×0.
    private func jpegError(_ name: String) -> ImageError {
        defer { renewTurbo() }
        return ImageError(name: name, reason: "bad JPEG: \(String(cString: tjGetErrorStr2(turbo)))")
    }

    /// RGB of inverted CMYK, in which Adobe's programs, and so nearly all, write: 255 is no ink.
    ///
    /// red = black − black · (255 − cyan) / 255, rounded, as Pillow converts.
    private static func redGreenBlue(ofInk ink: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: ink.count / 4 * 3)
        for pixel in 0..<(ink.count / 4) {
            let black = Int(ink[4 * pixel + 3])
            for channel in 0..<3 {
                let product = black * (255 - Int(ink[4 * pixel + channel])) + 128
                result[3 * pixel + channel] = UInt8(black - (product + product >> 8) >> 8)
            }
        }
        return result
    }
}

internal import CTurboJPEG

extension PictureDecoder {
    /// A baseline or progressive JPEG: RGB, YCbCr, grey, CMYK or YCCK of 8 bits.
    ///
    /// The accurate inverse DCT and smooth chroma upsampling. libjpeg-turbo fills a truncated file up with
    /// grey and warns; here a warning is an error. More than 500 scans (a way to keep a decoder busy for
    /// hours) are one too.
    func decodeJPEG(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> PictureSize {
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
        let samples = room.take(size.height * size.width * (isInk ? 4 : 3))
        let code = tjDecompress2(turbo, base, length, samples.baseAddress, width, 0, height, format, flags)
        if code != 0 { throw jpegError(name) }
        if isInk { Self.replaceInk(samples) }
        return size
    }

    /// The library's words for what was wrong. Its state is then of no more use: the header of the next, good file
    /// could come out as 0×0.
    private func jpegError(_ name: String) -> ImageError {
        defer { renewTurbo() }
        return ImageError(name: name, reason: "bad JPEG: \(String(cString: tjGetErrorStr2(turbo)))")
    }

    /// RGB in place of inverted CMYK, in which Adobe's programs, and so nearly all, write: 255 is no ink.
    ///
    /// red = black − black · (255 − cyan) / 255, rounded, as Pillow converts.
    private static func replaceInk(_ samples: UnsafeMutableBufferPointer<UInt8>) {
        for pixel in 0..<(samples.count / 4) {
            let black = Int(samples[4 * pixel + 3])
            for channel in 0..<3 {
                // never behind what is still to be read
                let product = black * (255 - Int(samples[4 * pixel + channel])) + 128
                samples[3 * pixel + channel] = UInt8(black - (product + product >> 8) >> 8)
            }
        }
    }
}

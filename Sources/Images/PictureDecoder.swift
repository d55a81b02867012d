internal import CTurboJPEG
internal import Glibc

/// Reads JPEG, PNG and BMP files as 8-bit RGB; which it is, the content says and not the file's name.
///
/// A thread has a decoder of its own: it keeps the library's state and the file's bytes between pictures.
/// EXIF orientation is ignored, as are colour profiles and gamma. A file that is damaged in any way the
/// libraries notice, if only at its end, is an error: a half-grey picture would train as a good one.
public final class PictureDecoder {
    private(set) var turbo: tjhandle
    private let bytes = PixelRoom()
    let room = PixelRoom()

    /// The longest file that is read, in bytes.
    static let longestFile = 1 << 30

    /// A decoder for one thread.
    public init() { turbo = Self.makeTurbo() }

    private static func makeTurbo() -> tjhandle {
        guard let turbo = tjInitDecompress() else { fatalError("libjpeg-turbo has no memory for a decoder") }
        return turbo
    }

    /// Begins anew with the library.
    func renewTurbo() {
        tjDestroy(turbo)
        turbo = Self.makeTurbo()
    }

    deinit { tjDestroy(turbo) }

    /// The picture in a file.
    public func decode(file path: String) throws(ImageError) -> Picture {
        try withPixels(file: path) { size, pixels in
            Picture(height: size.height, width: size.width, pixels: Array(pixels))
        }
    }

    /// Decodes a file and gives `body` its pixels, which lie in memory that the next picture takes: no memory is asked
    /// for a picture that is no larger than those before it.
    ///
    /// Shapes: pixels [height, width, 3].
    public func withPixels<Result>(
        file path: String, _ body: (PictureSize, UnsafeBufferPointer<UInt8>) -> Result
    ) throws(ImageError) -> Result {
        let count = try load(path)
        let file = UnsafeRawBufferPointer(bytes.bytes(count))
        let size = try read(file, path)
        return body(size, room.bytes(size.byteCount))
    }

    /// The picture in the bytes of a file; `name` stands in messages.
    public func decode(_ bytes: [UInt8], name: String) throws(ImageError) -> Picture {
        try bytes.withUnsafeBytes { whole in
            Result { () throws(ImageError) in try decode(whole, name: name) }
        }.get()
    }

    /// The picture in the bytes of a file; `name` stands in messages.
    public func decode(_ bytes: UnsafeRawBufferPointer, name: String) throws(ImageError) -> Picture {
        let size = try read(bytes, name)
        return Picture(height: size.height, width: size.width, pixels: Array(room.bytes(size.byteCount)))
    }

    /// Decodes into `room`.
    private func read(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(ImageError) -> PictureSize {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return try decodeJPEG(bytes, name) }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            return try decodePNG(bytes, name)
        }
        if bytes.starts(with: [0x42, 0x4D]) { return try decodeBMP(bytes, name) }
        if bytes.isEmpty {
            throw ImageError(name: name, reason: "expected a JPEG, PNG or BMP, found no bytes")
        }
        let start = bytes.prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return text.count < 2 ? "0" + text : text
        }
        throw ImageError(
            name: name,
            reason:
                "expected a JPEG, PNG or BMP, found a file that begins with \(start.joined(separator: " "))")
    }

    /// Reads the file into `bytes`; gives the file's length.
    private func load(_ path: String) throws(ImageError) -> Int {
        func error() -> ImageError {
            ImageError(name: path, reason: "cannot read: \(String(cString: strerror(errno)))")
        }
        // a pipe that nobody writes into must not hold us up
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw error() }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw error() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ImageError(name: path, reason: "expected a file, found a folder, device or pipe")
        }
        let length = Int(status.st_size)
        guard length <= Self.longestFile else {
            throw ImageError(name: path, reason: "\(length) bytes long, at most \(Self.longestFile) are read")
        }
        let target = UnsafeMutableRawBufferPointer(bytes.take(length))
        var done = 0
        while done < length {
            let step = Glibc.read(file, target.baseAddress! + done, length - done)
            if step < 0 && errno == EINTR { continue }
            if step < 0 { throw error() }
            if step == 0 { break }
            done += step
        }
        return done
    }
}

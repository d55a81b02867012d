internal import CDeflate

/// CRC-32 of bytes, as zlib's and Python's `zlib.crc32`: anyone can check a file without us.
enum Checksum {
    /// The checksum of `bytes`.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }
}

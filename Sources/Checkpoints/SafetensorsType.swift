/// The element types of a safetensors file; floats are read, of the others only the size is known.
enum SafetensorsType: String {
    case f64 = "F64", f32 = "F32", f16 = "F16", bf16 = "BF16"
    case i64 = "I64", i32 = "I32", i16 = "I16", i8 = "I8"
    case u64 = "U64", u32 = "U32", u16 = "U16", u8 = "U8", bool = "BOOL"
    case f8e4m3 = "F8_E4M3", f8e5m2 = "F8_E5M2"

    /// Bytes of an element.
    var stride: Int {
        switch self {
        case .f64, .i64, .u64: 8
        case .f32, .i32, .u32: 4
        case .f16, .bf16, .i16, .u16: 2
        case .i8, .u8, .bool, .f8e4m3, .f8e5m2: 1
        }
    }

    /// Whether its elements are read here.
    var isRead: Bool { [.f64, .f32, .f16, .bf16].contains(self) }

    /// Appends the elements in `bytes`, little-endian, which are whole ones of a type that is read.
    func append(_ bytes: UnsafeRawBufferPointer, to values: inout [Float]) {
        for offset in Swift.stride(from: 0, to: bytes.count, by: stride) {
            switch self {
            case .f64:
                let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                values.append(Float(Double(bitPattern: bits)))
            case .f32:
                let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                values.append(Float(bitPattern: bits))
            case .f16:
                let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
                values.append(Float(Float16(bitPattern: bits)))
            case .bf16:
                // The upper half of a Float.
                let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
                values.append(Float(bitPattern: UInt32(bits) << 16))
            default: preconditionFailure("elements of type \(rawValue) are not read")
            }
        }
    }
}

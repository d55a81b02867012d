internal import CHDF5

/// The numbers that are read and written; files hold them little-endian as this machine does.
public enum ElementType: Sendable, Equatable {
    case float, double, uint8, int32, int64, uint32

    /// The size of one, in bytes.
    public var stride: Int {
        switch self {
        case .uint8: 1
        case .float, .int32, .uint32: 4
        case .double, .int64: 8
        }
    }

    /// The library's identifier, which is not to be closed.
    var native: hid_t {
        switch self {
        case .float: jcm_h5_native_float()
        case .double: jcm_h5_native_double()
        case .uint8: jcm_h5_native_uint8()
        case .int32: jcm_h5_native_int32()
        case .int64: jcm_h5_native_int64()
        case .uint32: jcm_h5_native_uint32()
        }
    }
}

/// A Swift number that HDF5 can hold.
public protocol HDF5Element: BitwiseCopyable, Numeric, Sendable {
    /// Its counterpart.
    static var elementType: ElementType { get }
}

extension Float: HDF5Element {
    /// 32-bit IEEE.
    public static var elementType: ElementType { .float }
}

extension Double: HDF5Element {
    /// 64-bit IEEE.
    public static var elementType: ElementType { .double }
}

extension UInt8: HDF5Element {
    /// One byte.
    public static var elementType: ElementType { .uint8 }
}

extension Int32: HDF5Element {
    /// 32 bits, signed.
    public static var elementType: ElementType { .int32 }
}

extension Int64: HDF5Element {
    /// 64 bits, signed.
    public static var elementType: ElementType { .int64 }
}

extension UInt32: HDF5Element {
    /// 32 bits, unsigned.
    public static var elementType: ElementType { .uint32 }
}

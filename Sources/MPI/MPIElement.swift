internal import CMPI

/// A type whose buffers MPI moves between ranks.
public protocol MPIElement: BitwiseCopyable, Sendable {
    /// What MPI takes it for.
    static var kind: MPIElementKind { get }
}

/// An element with which MPI calculates.
public protocol MPINumber: MPIElement, Comparable {}

/// The element types of messages.
public enum MPIElementKind: Sendable {
    /// Eight bits, moved as they are.
    case byte
    /// IEEE single precision.
    case float
    /// IEEE double precision.
    case double
    /// A signed integer of 64 bits.
    case int64

    var datatype: MPI_Datatype {
        switch self {
        case .byte: jcm_mpi_byte()
        case .float: jcm_mpi_float()
        case .double: jcm_mpi_double()
        case .int64: jcm_mpi_int64()
        }
    }
}

/// How the values of the ranks become one.
public enum ReduceOperation: Sendable {
    /// x₀ + x₁ + …, in an order that the library chooses.
    case sum
    /// The largest.
    case maximum
    /// The smallest.
    case minimum

    var operation: MPI_Op {
        switch self {
        case .sum: jcm_mpi_sum()
        case .maximum: jcm_mpi_max()
        case .minimum: jcm_mpi_min()
        }
    }
}

extension UInt8: MPIElement {
    /// A byte.
    public static var kind: MPIElementKind { .byte }
}

extension Float: MPINumber {
    /// Single precision.
    public static var kind: MPIElementKind { .float }
}

extension Double: MPINumber {
    /// Double precision.
    public static var kind: MPIElementKind { .double }
}

extension Int64: MPINumber {
    /// 64 bits.
    public static var kind: MPIElementKind { .int64 }
}

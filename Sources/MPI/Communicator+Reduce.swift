internal import CMPI

extension Communicator {
    /// Replaces each element of `buffer` by the ranks' sum, maximum or minimum of it, on every rank.
    ///
    /// The order of a floating-point sum is the library's own: the same for one number of ranks, another for
    /// another.
    public func allReduce<Number: MPINumber>(
        _ buffer: UnsafeMutableBufferPointer<Number>, _ operation: ReduceOperation
    ) throws(MPIError) {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        let (type, operation) = (Number.kind.datatype, operation.operation)
        try pieces(buffer.count) { start, length throws(MPIError) in
            let code = MPI_Allreduce(jcm_mpi_in_place(), base + start, length, type, operation, handle)
            try check(code, "MPI_Allreduce")
        }
    }

    /// Replaces each element of `values` by the ranks' sum, maximum or minimum of it, on every rank.
    public func allReduce<Number: MPINumber>(
        _ values: inout [Number], _ operation: ReduceOperation
    ) throws(MPIError) {
        try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
            try allReduce(buffer, operation)
        }
    }

    /// The ranks' sum, maximum or minimum of one value.
    public func allReduce<Number: MPINumber>(
        _ value: Number, _ operation: ReduceOperation
    ) throws(MPIError) -> Number {
        var result = value
        let code = MPI_Allreduce(
            jcm_mpi_in_place(), &result, 1, Number.kind.datatype, operation.operation, handle)
        try check(code, "MPI_Allreduce")
        return result
    }

    /// Replaces each element of `buffer` on rank `root` by the ranks' sum, maximum or minimum of it.
    ///
    /// The other ranks' buffers stay as they are.
    public func reduce<Number: MPINumber>(
        _ buffer: UnsafeMutableBufferPointer<Number>, _ operation: ReduceOperation, root: Int = 0
    ) throws(MPIError) {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        let (type, operation) = (Number.kind.datatype, operation.operation)
        try pieces(buffer.count) { start, length throws(MPIError) in
            let source = rank == root ? jcm_mpi_in_place() : UnsafeMutableRawPointer(base + start)
            let code = MPI_Reduce(source, base + start, length, type, operation, Int32(root), handle)
            try check(code, "MPI_Reduce")
        }
    }

    /// Replaces each element of `values` on rank `root` by the ranks' sum, maximum or minimum of it.
    public func reduce<Number: MPINumber>(
        _ values: inout [Number], _ operation: ReduceOperation, root: Int = 0
    ) throws(MPIError) {
        try values.withUnsafeMutableBufferPointer { buffer throws(MPIError) in
            try reduce(buffer, operation, root: root)
        }
    }
}

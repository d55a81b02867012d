extension Array {
    /// The bytes of the elements; the standard library's own form forgets the type of the error.
    func withBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(HDF5Error) -> Value
    ) throws(HDF5Error) -> Value {
        try withUnsafeBytes { bytes in
            Result { () throws(HDF5Error) in try body(bytes) }
        }.get()
    }

    /// The bytes of the elements, to be changed.
    mutating func withMutableBytes<Value>(
        _ body: (UnsafeMutableRawBufferPointer) throws(HDF5Error) -> Value
    ) throws(HDF5Error) -> Value {
        try withUnsafeMutableBytes { bytes in
            Result { () throws(HDF5Error) in try body(bytes) }
        }.get()
    }
}

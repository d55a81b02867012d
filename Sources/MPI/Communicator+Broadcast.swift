internal import CMPI

extension Communicator {
    /// Gives every rank the content of `buffer` on rank `root`; all buffers are of one length.
    public func broadcast<Element: MPIElement>(
        _ buffer: UnsafeMutableBufferPointer<Element>, root: Int = 0
    ) throws(MPIError) {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
        let type = Element.kind.datatype
        try pieces(buffer.count) { start, length throws(MPIError) in
            try check(MPI_Bcast(base + start, length, type, Int32(root), handle), "MPI_Bcast")
        }
    }

    /// The value on rank `root`.
    public func broadcast<Element: MPIElement>(_ value: Element, root: Int = 0) throws(MPIError) -> Element {
        var copy = value
        let code = MPI_Bcast(&copy, 1, Element.kind.datatype, Int32(root), handle)
        try check(code, "MPI_Bcast")
        return copy
    }

    /// The values on rank `root`; what the other ranks give counts for nothing, nor does its length.
    public func broadcast<Element: MPIElement>(
        _ values: [Element], root: Int = 0
    ) throws(MPIError) -> [Element] {
        let length = Int(try broadcast(Int64(values.count), root: root))
        guard rank != root else {
            try values.withUnsafeBufferPointer { buffer throws(MPIError) in
                // MPI only reads the root's buffer.
                try broadcast(UnsafeMutableBufferPointer(mutating: buffer), root: root)
            }
            return values
        }
        return try receivedArray(length) { buffer throws(MPIError) in try broadcast(buffer, root: root) }
    }

    /// The text on rank `root`.
    public func broadcast(_ text: String, root: Int = 0) throws(MPIError) -> String {
        String(decoding: try broadcast(Array(text.utf8), root: root), as: UTF8.self)
    }

    /// An array of `length` elements that `fill` receives.
    func receivedArray<Element: MPIElement>(
        _ length: Int, _ fill: (UnsafeMutableBufferPointer<Element>) throws(MPIError) -> Void
    ) throws(MPIError) -> [Element] {
        var failure: MPIError?
        let values = [Element](unsafeUninitializedCapacity: length) { buffer, used in
            do throws(MPIError) {
                try fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<length]))
                used = length
            } catch { failure = error }
        }
        if let failure { throw failure }
        return values
    }
}

internal import CMPI

extension Communicator {
    /// One value of each rank, in their order, on every rank.
    public func allGather<Element: MPIElement>(_ value: Element) throws(MPIError) -> [Element] {
        let type = Element.kind.datatype
        return try receivedArray(count) { buffer throws(MPIError) in
            var own = value
            let code = MPI_Allgather(&own, 1, type, buffer.baseAddress, 1, type, handle)
            try check(code, "MPI_Allgather")
        }
    }

    /// The values of each rank, in their order, on every rank; each rank may give another number of them.
    ///
    /// One broadcast a rank, so that no length is too long for MPI.
    public func allGather<Element: MPIElement>(_ values: [Element]) throws(MPIError) -> [[Element]] {
        var result: [[Element]] = []
        for root in 0..<count { result.append(try broadcast(values, root: root)) }
        return result
    }

    /// The values of each rank, in their order, on rank `root`; `nil` on the others.
    ///
    /// Each rank may give another number of them.
    public func gather<Element: MPIElement>(
        _ values: [Element], root: Int = 0
    ) throws(MPIError) -> [[Element]]? {
        let lengths = try allGather(Int64(values.count))
        guard rank == root else {
            try values.withUnsafeBufferPointer { buffer throws(MPIError) in
                try post(buffer, to: root, tag: Self.gatherTag)
            }
            return nil
        }
        var result: [[Element]] = []
        for source in 0..<count {
            result.append(
                source == root
                    ? values
                    : try receivedArray(Int(lengths[source])) { buffer throws(MPIError) in
                        try take(buffer, from: source, tag: Self.gatherTag)
                    })
        }
        return result
    }

    /// One text of each rank, in their order, on rank `root`; `nil` on the others.
    public func gatherStrings(_ text: String, root: Int = 0) throws(MPIError) -> [String]? {
        try gather(Array(text.utf8), root: root)?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Fills each rank's block of `buffer` with what that rank has there; on entry each has its own block.
    public func allGather<Element: MPIElement>(
        _ buffer: UnsafeMutablePointer<Element>, _ blocks: BlockLayout
    ) throws(MPIError) {
        precondition(blocks.ranks == count, "\(blocks.ranks) blocks for \(count) ranks")
        let type = Element.kind.datatype
        let code = MPI_Allgatherv(
            jcm_mpi_in_place(), 0, type, buffer, blocks.counts, blocks.offsets, type, handle)
        try check(code, "MPI_Allgatherv")
    }

    /// Sends block r of `source` to rank r, and puts what rank r sends here into block r of `target`.
    public func allToAll<Element: MPIElement>(
        _ source: UnsafePointer<Element>, _ sent: BlockLayout,
        into target: UnsafeMutablePointer<Element>, _ received: BlockLayout
    ) throws(MPIError) {
        precondition(
            sent.ranks == count && received.ranks == count,
            "\(sent.ranks) and \(received.ranks) blocks for \(count) ranks")
        let type = Element.kind.datatype
        let code = MPI_Alltoallv(
            source, sent.counts, sent.offsets, type, target, received.counts, received.offsets, type, handle)
        try check(code, "MPI_Alltoallv")
    }

    /// Element r goes to rank r; the result holds at place r what rank r sent here.
    public func allToAll<Element: MPIElement>(_ values: [Element]) throws(MPIError) -> [Element] {
        precondition(values.count == count, "\(values.count) values for \(count) ranks")
        let layout = BlockLayout(counts: [Int](repeating: 1, count: count))
        return try receivedArray(count) { buffer throws(MPIError) in
            try values.withUnsafeBufferPointer { own throws(MPIError) in
                try allToAll(own.baseAddress!, layout, into: buffer.baseAddress!, layout)
            }
        }
    }
}

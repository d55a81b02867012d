internal import CMPI

/// What a rank sent, and which it was.
public struct Message<Element: MPIElement>: Sendable {
    /// The sender.
    public let source: Int

    /// What it sent.
    public let values: [Element]
}

extension Communicator {
    /// The highest tag that a message may bear; those above serve the collectives of this module.
    public static var highestTag: Int { 32_000 }

    static var gatherTag: Int { highestTag + 1 }

    /// Sends `values` to rank `target`; returns when they may be changed.
    public func send<Element: MPIElement>(
        _ values: [Element], to target: Int, tag: Int = 0
    ) throws(MPIError) {
        precondition((0...Self.highestTag).contains(tag), "tag \(tag), not in 0…\(Self.highestTag)")
        try values.withUnsafeBufferPointer { buffer throws(MPIError) in
            try post(buffer, to: target, tag: tag)
        }
    }

    /// Receives exactly `length` elements from rank `source`.
    public func receive<Element: MPIElement>(
        _ type: Element.Type = Element.self, count length: Int, from source: Int, tag: Int = 0
    ) throws(MPIError) -> [Element] {
        try receivedArray(length) { buffer throws(MPIError) in try take(buffer, from: source, tag: tag) }
    }

    /// Sends what `buffer` holds to rank `target`; returns when it may be changed.
    public func send<Element: MPIElement>(
        _ buffer: UnsafeBufferPointer<Element>, to target: Int, tag: Int = 0
    ) throws(MPIError) {
        precondition((0...Self.highestTag).contains(tag), "tag \(tag), not in 0…\(Self.highestTag)")
        try post(buffer, to: target, tag: tag)
    }

    /// Fills `buffer` with as many elements from rank `source`.
    public func receive<Element: MPIElement>(
        into buffer: UnsafeMutableBufferPointer<Element>, from source: Int, tag: Int = 0
    ) throws(MPIError) {
        try take(buffer, from: source, tag: tag)
    }

    /// Receives one message of whatever length, up to 2³¹ − 1 elements, from `source` or from whoever comes
    /// first.
    public func receiveMessage<Element: MPIElement>(
        _ type: Element.Type = Element.self, from source: Int? = nil, tag: Int = 0
    ) throws(MPIError) -> Message<Element> {
        var status = MPI_Status()
        let asked = source.map { Int32($0) } ?? MPI_ANY_SOURCE
        try check(MPI_Probe(asked, Int32(tag), handle, &status), "MPI_Probe")
        var length: Int32 = 0
        try check(MPI_Get_count(&status, Element.kind.datatype, &length), "MPI_Get_count")
        let sender = Int(status.MPI_SOURCE)
        return Message(source: sender, values: try receive(count: Int(length), from: sender, tag: tag))
    }

    func post<Element: MPIElement>(
        _ buffer: UnsafeBufferPointer<Element>, to target: Int, tag: Int
    ) throws(MPIError) {
        let type = Element.kind.datatype
        try pieces(buffer.count) { start, length throws(MPIError) in
            let place = buffer.baseAddress.map { UnsafeRawPointer($0 + start) }
            try check(MPI_Send(place, length, type, Int32(target), Int32(tag), handle), "MPI_Send")
        }
    }

    func take<Element: MPIElement>(
        _ buffer: UnsafeMutableBufferPointer<Element>, from source: Int, tag: Int
    ) throws(MPIError) {
        let type = Element.kind.datatype
        try pieces(buffer.count) { start, length throws(MPIError) in
            let place = buffer.baseAddress.map { UnsafeMutableRawPointer($0 + start) }
            try check(MPI_Recv(place, length, type, Int32(source), Int32(tag), handle, nil), "MPI_Recv")
        }
    }
}

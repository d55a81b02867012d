internal import Images
internal import Synchronization
internal import Tensors

/// Decodes, resizes and writes pictures with all threads of a team.
struct SharedDecoder {
    let catalogue: PersonCatalogue
    let height: Int
    let width: Int
    let rows: RowFile

    /// A picture that could not be read.
    struct BadPicture: Sendable {
        let index: Int
        let reason: String
    }

    private struct Outcome: Sendable {
        var bad: [BadPicture] = []
        var failure: PersonDataError?
    }

    /// Decodes the pictures of `share`; gives the bad ones, ascending.
    ///
    /// Throws where a row cannot be written.
    func decode(
        _ share: Range<Int>, team: WorkerTeam, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(PersonDataError) -> [BadPicture] {
        let next = Atomic(share.lowerBound)
        let outcome = Mutex(Outcome())
        team.parallel { thread in
            let decoder = PictureDecoder()
            let resizers = ResizerCache(to: PictureSize(height: height, width: width))
            var row = [UInt8](repeating: 0, count: height * width * 3)
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < share.upperBound else { break }
                do {
                    let picture = try decoder.decode(file: catalogue.entries[index].path)
                    picture.pixels.withUnsafeBufferPointer { pixels in
                        row.withUnsafeMutableBufferPointer { room in
                            resizers.resizer(from: picture.size).resize(pixels, into: room)
                        }
                    }
                    try row.withUnsafeBytes { try rows.write(index, $0) }
                } catch let error as ImageError {
                    outcome.withLock { $0.bad.append(BadPicture(index: index, reason: error.reason)) }
                } catch {
                    outcome.withLock { $0.failure = $0.failure ?? (error as? PersonDataError) }
                    next.store(share.upperBound, ordering: .relaxed)
                }
                if thread == 0 {
                    progress(
                        min(next.load(ordering: .relaxed), share.upperBound) - share.lowerBound, share.count)
                }
            }
        }
        let found = outcome.withLock { $0 }
        if let failure = found.failure { throw failure }
        progress(share.count, share.count)
        return found.bad.sorted { $0.index < $1.index }
    }
}

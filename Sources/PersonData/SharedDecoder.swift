internal import Images
internal import Synchronization
internal import Tensors

/// Decodes, resizes and writes pictures with all threads of a team, block by block.
struct SharedDecoder {
    let catalogue: PersonCatalogue
    let height: Int
    let width: Int
    let rows: RowFile
    let record: PreparationRecord
    let head: PreparationRecord.Head

    /// A picture that could not be read.
    struct BadPicture: Sendable {
        let index: Int
        let reason: String
    }

    /// What became of a rank's share.
    struct Outcome: Sendable {
        /// Ascending.
        var bad: [BadPicture] = []
        /// Pictures that an earlier job had done already.
        var kept = 0
        fileprivate var failure: PersonDataError?
    }

    /// Decodes the pictures of the blocks of `share`, but not again those that are noted and unchanged.
    ///
    /// Throws where a row cannot be written.
    func decode(
        _ share: Range<Int>, team: WorkerTeam, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(PersonDataError) -> Outcome {
        let next = Atomic(share.lowerBound)
        let outcome = Mutex(Outcome())
        let total = share.reduce(0) { $0 + head.rows(of: $1).count }
        team.parallel { thread in
            let worker = BlockDecoder(self)
            while true {
                let block = next.add(1, ordering: .relaxed).oldValue
                guard block < share.upperBound else { break }
                do throws(PersonDataError) {
                    let found = try worker.decode(block)
                    if !found.bad.isEmpty || found.kept > 0 {
                        outcome.withLock {
                            $0.bad += found.bad
                            $0.kept += found.kept
                        }
                    }
                } catch {
                    outcome.withLock { $0.failure = $0.failure ?? error }
                    next.store(share.upperBound, ordering: .relaxed)
                }
                if thread == 0 {
                    let begun = min(next.load(ordering: .relaxed), share.upperBound) - share.lowerBound
                    progress(min(begun * head.blockRows, total), total)
                }
            }
        }
        var found = outcome.withLock { $0 }
        if let failure = found.failure { throw failure }
        progress(total, total)
        found.bad.sort { $0.index < $1.index }
        return found
    }
}
